"""The server under test, on ports of its own."""

import subprocess
import tempfile
from pathlib import Path


class Server:
    """Runs for the length of a `with`; `url` is where its web is, `config` is laid over its settings."""

    def __init__(self, binary: str, config: str = "") -> None:
        self.binary = binary
        self.config = config
        self.url = ""

    def __enter__(self) -> "Server":
        self.folder = tempfile.TemporaryDirectory()
        data, config = Path(self.folder.name) / "data", Path(self.folder.name) / "config.toml"
        config.write_text(self.config)
        options = ["--data", str(data), "--config", str(config), "--listen", "127.0.0.1:0", "--media-port", "0"]
        self.process = subprocess.Popen([self.binary, "serve", "--dev", *options], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("listening http://"):
                self.url = line.split()[1]
                return self
        self.__exit__()
        raise RuntimeError("the server did not start")

    @property
    def signalling(self) -> str:
        return self.url.replace("http", "ws", 1)

    def stop(self) -> None:
        """As SIGTERM does it, in order."""
        self.process.terminate()
        self.process.wait(timeout=15)

    def __exit__(self, *_) -> None:
        if self.process.poll() is None:
            self.stop()
        self.process.stdout.close()
        self.folder.cleanup()
