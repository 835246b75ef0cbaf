"""Loads the application as its server would, and tells on the former standard output what it is configured for."""

import faulthandler
import importlib
import json
import os
import signal
import sys

# Where it hangs or crashes is told: on SIGINT, which whoever has started this may have left ignored, by a traceback.
signal.signal(signal.SIGINT, signal.default_int_handler)
faulthandler.enable(all_threads=False)
faulthandler.register(signal.SIGUSR2, all_threads=False)

kind, *words = sys.argv[1:]
answer = os.dup(1)
os.dup2(2, 1)
facts = {}
sys.path.insert(0, os.getcwd())

if kind == "gunicorn":
    from gunicorn.app.wsgiapp import WSGIApplication

    sys.argv = words
    server = WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]")
    application = server.load()
    try:
        addresses = server.cfg.address
        facts["addresses"] = [":".join(map(str, address[:2])) if isinstance(address, tuple) else str(address) for address in addresses]
    except Exception as error:
        facts["refused"] = str(error)
elif kind == "flask":
    from flask.cli import ScriptInfo, load_dotenv

    load_dotenv()
    path = words[0] if words else os.environ.get("FLASK_APP")
    application = ScriptInfo(app_import_path=path).load_app()
else:
    module, _, name = words[0].partition(":")
    application = importlib.import_module(module)
    for part in filter(None, name.removesuffix("()").split(".")):
        application = getattr(application, part)
    if name.endswith("()"):
        application = application()

config = getattr(application, "config", None)
if hasattr(config, "get"):
    url = config.get("SQLALCHEMY_DATABASE_URI")
    if url is not None:
        facts["url"] = url.render_as_string(hide_password=False) if hasattr(url, "render_as_string") else str(url)
os.write(answer, json.dumps(facts).encode())
os._exit(0)
