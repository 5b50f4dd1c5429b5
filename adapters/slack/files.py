"""Fetches files that people attach, and says in words why one cannot be had."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import FOREIGN, code_of
from bot.messages import Refused, Upload

HTML = "text/html"
# Only these get the bot's token along; a file from elsewhere (Google Drive, say) has its own address.
SLACK_HOSTS = (".slack.com", ".slack-files.com", ".slack-gov.com")
STRANGE_PLACE = "“{name}” is not kept by Slack. Download it and attach the file itself."
NO_ACCESS = "Slack does not let me read “{name}”: the app needs the scope files:read. Reinstall it with that."
TOO_LARGE = "“{name}” is larger than {megabytes:g} MB, which is the most that I take."
NOT_FETCHED = "“{name}” could not be fetched from Slack ({code}). Please try again."


class Files:
    """Downloads with the bot's token, up to ``max_bytes`` each."""

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession, max_bytes: int) -> None:
        self._client = client
        self._session = session
        self._max_bytes = max_bytes

    async def fetch(self, file: Mapping[str, Any]) -> Upload | Refused:
        """Return the file, or a reply that says why not."""
        name = file.get("name") or "The file"
        try:
            if file.get("file_access") == "check_file_info":  # shared by another company: no details yet
                file = (await self._client.files_info(file=file["id"]))["file"]
                name = file.get("name") or name
            return await self._download(name, file)
        except FOREIGN as error:
            return Refused(text=NOT_FETCHED.format(name=name, code=code_of(error)))

    async def _download(self, name: str, file: Mapping[str, Any]) -> Upload | Refused:
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        if file.get("is_external") or not self._is_slacks(url):
            return Refused(text=STRANGE_PLACE.format(name=name))
        if int(file.get("size") or 0) > self._max_bytes:
            return self._too_large(name)
        # A redirect leads to the login page; the token must not follow it anywhere.
        async with self._session.get(
            url, headers=self._headers(), allow_redirects=False, proxy=self._client.proxy
        ) as response:
            if response.status in (301, 302, 303, 307, 308, 401, 403):
                return Refused(text=NO_ACCESS.format(name=name))
            response.raise_for_status()
            data = await self._read(response)
        if data is None:
            return self._too_large(name)
        if response.content_type == HTML and not _is_the_page_itself(file, data):
            return Refused(text=NO_ACCESS.format(name=name))
        return Upload(filename=name, data=data)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._client.token}"}

    def _is_slacks(self, address: str) -> bool:
        try:
            url = urlsplit(address)
        except ValueError:
            return False
        if url.scheme == "https" and (url.hostname or "").endswith(SLACK_HOSTS):
            return True
        # A stand-in for Slack keeps its files itself.
        return (url.scheme, url.netloc) == urlsplit(self._client.base_url)[:2]

    async def _read(self, response: aiohttp.ClientResponse) -> bytes | None:
        data = bytearray()
        async for piece in response.content.iter_chunked(65_536):
            data += piece
            if len(data) > self._max_bytes:
                return None
        return bytes(data)

    def _too_large(self, name: str) -> Refused:
        return Refused(text=TOO_LARGE.format(name=name, megabytes=self._max_bytes / 1_000_000))


def _is_the_page_itself(file: Mapping[str, Any], data: bytes) -> bool:
    """Whether HTML is what was attached. Without access Slack answers 200 and its login page."""
    return file.get("mimetype") == HTML and file.get("size") == len(data)
