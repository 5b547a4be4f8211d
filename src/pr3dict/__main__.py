"""`python -m pr3dict` is the command line."""

if __name__ == "__main__":
    try:
        from pr3dict.cli.main import main

        main()
    except KeyboardInterrupt:  # while the program was being read
        raise SystemExit(130) from None
