# Loads the completions of levelhead as the installed program knows them.
levelhead completions fish | source
