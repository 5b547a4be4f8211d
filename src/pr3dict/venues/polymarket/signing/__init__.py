"""What is signed: orders, their amounts, logins."""
