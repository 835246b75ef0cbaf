"""`python -m levelhead`: becomes the program, as the command `levelhead` is it."""

import os
import sys

from levelhead import program


def main():
    path = program()
    os.execv(path, [path] + sys.argv[1:])


if __name__ == "__main__":
    main()
