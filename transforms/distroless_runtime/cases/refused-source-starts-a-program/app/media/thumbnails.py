import subprocess


def thumbnail(path: str) -> bytes:
    return subprocess.check_output(["ffmpeg", "-i", path, "-frames:v", "1", "-f", "image2", "-"])
