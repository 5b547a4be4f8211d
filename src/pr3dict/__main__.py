"""`python -m pr3dict` is the command line."""

from pr3dict.cli.main import main

if __name__ == "__main__":
    main()
