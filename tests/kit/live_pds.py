"""A real Bluesky server (PDS) for tests: started on this machine only, its data in a folder of the test."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

MISSING = (
    "the Bluesky server is not installed: npm i @atproto/pds @did-plc/server, "
    "npm rebuild better-sqlite3 --ignore-scripts=false, and set INFLUENCE_PDS to that folder"
)
_START = """
const net = require('net'), listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...more) {  // both servers would listen to the whole network
  return listen.call(this, {port, host: '127.0.0.1'}, ...more.filter(each => typeof each === 'function'));
};
const plc = require('@did-plc/server'), pds = require('@atproto/pds'), crypto = require('crypto');
const options = JSON.parse(process.argv[1]);
(async () => {
  await plc.PlcServer.create({db: plc.Database.mock(), port: options.plc}).start();
  const env = {port: options.port, hostname: 'localhost', devMode: true, dataDirectory: options.data,
    blobstoreDiskLocation: options.blobs, didPlcUrl: `http://localhost:${options.plc}`,
    jwtSecret: crypto.randomBytes(16).toString('hex'), adminPassword: options.admin, inviteRequired: false,
    serviceHandleDomains: ['.test'], plcRotationKeyK256PrivateKeyHex: crypto.randomBytes(32).toString('hex'),
    disableSsrfProtection: true, bskyAppViewUrl: 'https://appview.invalid', bskyAppViewDid: 'did:example:invalid',
    bskyAppViewCdnUrlPattern: 'http://cdn.invalid/%s/%s/%s', modServiceUrl: 'https://mod.invalid',
    modServiceDid: 'did:example:invalid'};
  await (await pds.PDS.create(pds.envToCfg(env), pds.envToSecrets(env))).start();
})().catch(error => { console.error(error); process.exit(1); });
"""


class Account:
    """Somebody with an account on the server, who acts through the server's own interface."""

    def __init__(self, client, handle):
        self.client = client
        words = {"handle": handle, "email": f"{handle}@acme.example", "password": secrets.token_hex()}
        made = client.post("/xrpc/com.atproto.server.createAccount", json=words).raise_for_status().json()
        self.did, self.headers = made["did"], {"Authorization": f"Bearer {made['accessJwt']}"}

    def write(self, collection, **record):
        """Write a record; returns its address and hash."""
        body = {"repo": self.did, "collection": collection, "record": {"$type": collection, **record}}
        return self._ask("com.atproto.repo.createRecord", body)

    def change(self, uri, **record):
        """Write another content at the same address."""
        collection, key = uri.split("/")[-2:]
        body = {"repo": self.did, "collection": collection, "rkey": key}
        return self._ask("com.atproto.repo.putRecord", {**body, "record": {"$type": collection, **record}})

    def delete(self, uri):
        """Delete a record."""
        collection, key = uri.split("/")[-2:]
        return self._ask(
            "com.atproto.repo.deleteRecord", {"repo": self.did, "collection": collection, "rkey": key}
        )

    def export(self):
        """Return the whole repository as a CAR file."""
        return (
            self.client.get("/xrpc/com.atproto.sync.getRepo", params={"did": self.did})
            .raise_for_status()
            .content
        )

    def _ask(self, method, body):
        return self.client.post(f"/xrpc/{method}", json=body, headers=self.headers).raise_for_status().json()


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def running(folder: Path):
    """Start the server with its data in `folder`; yields its address and stops it at the end."""
    installed = os.environ.get("INFLUENCE_PDS")
    if (
        not installed
        or not (Path(installed) / "node_modules/@atproto/pds").is_dir()
        or not shutil.which("node")
    ):
        pytest.skip(MISSING)
    options = {"port": _free_port(), "plc": _free_port(), "admin": secrets.token_hex()}
    for name in ("data", "blobs"):
        (folder / name).mkdir()
        options[name] = str(folder / name)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            ["node", "-e", _START, json.dumps(options)], cwd=installed, stdout=log, stderr=subprocess.STDOUT
        )
    address = f"http://127.0.0.1:{options['port']}"
    try:
        _wait_for(address, server, folder / "log")
        yield address
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(address, server, log):
    for _ in range(120):
        if server.poll() is not None:
            break
        try:
            if httpx.get(f"{address}/xrpc/_health").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.25)
    pytest.fail(f"the Bluesky server did not start: {log.read_text('utf-8')[-2000:]}")
