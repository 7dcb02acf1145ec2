import subprocess

HOOKS = ["/hooks/a"]


def run_all() -> None:
    for hook in HOOKS:
        subprocess.run([hook], check=True)
