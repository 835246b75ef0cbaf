"""Is your database level with its head? The program that this package installs, as Python finds it."""

import os
import sys
import sysconfig

__all__ = ["program"]


def program():
    """The path of the program `levelhead` that was installed with this package.

    Looks where pip puts scripts: of this environment, of the user, and beside what `pip install --target` has filled.
    Raises FileNotFoundError where it is in none of them.
    """
    beside = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin")
    user = sysconfig.get_preferred_scheme("user") if sys.version_info >= (3, 10) else os.name + "_user"
    folders = [sysconfig.get_path("scripts"), sysconfig.get_path("scripts", user), beside]
    name = "levelhead" + (sysconfig.get_config_var("EXE") or "")
    for folder in folders:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    raise FileNotFoundError(f"the program {name} is in none of " + ", ".join(folders))
