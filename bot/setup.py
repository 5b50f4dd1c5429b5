"""`quoth setup`: says what to click on each platform, tries the tokens and writes them to .env."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from adapters.discord import guide as discord
from adapters.slack import guide as slack
from bot import envfile
from bot.bootstrap import Application
from bot.console import err, out
from bot.errors import QuothError, SettingInvalid
from bot.settings import load

ENV = Path(".env")
READY, INCOMPLETE = 0, 2

DISCORD, BOT, APP, SECRET = (
    "DISCORD_TOKEN",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
)
ADDRESS, CLIENT, CLIENT_SECRET = (
    "QUOTH_SLACK_PUBLIC_URL",
    "QUOTH_SLACK_CLIENT_ID",
    "QUOTH_SLACK_CLIENT_SECRET",
)
SECTIONED = {ADDRESS: "public_url", CLIENT: "client_id", CLIENT_SECRET: "client_secret"}
"""What is set in the section [slack], by its variable."""

DISCORD_STEPS = """\
Discord
  1. Open https://discord.com/developers/applications and choose New Application.
  2. On its Bot page choose Reset Token, and copy the token.
  3. Leave all Privileged Gateway Intents off; only with the setting discord.message_content switch on
     Message Content. These are used, and none of them is privileged:
{intents}
  4. Once I have the token, I print the link that adds the bot to your server. It asks for these
     permissions and no others:
{permissions}
"""

SLACK_STEPS = """\
Slack
  1. Open https://api.slack.com/apps, choose Create New App, From a manifest, and paste this as JSON:

{manifest}
  2. It asks for these scopes:
{scopes}
  3. Choose Install to Workspace, and copy the Bot User OAuth Token (xoxb-...).
  4. On Basic Information, App-Level Tokens, generate one with the scope connections:write (xapp-...).
     To receive signed HTTP instead of Socket Mode, copy the Signing Secret from there.
"""

SHARED_STEPS = """\
Slack, for all workspaces that install the app themselves
  1. Let {address} lead to this machine, port {port}.
  2. Start `quoth run` once you have done the rest: Slack tries the address as soon as it is saved.
  3. Open https://api.slack.com/apps, choose Create New App, From a manifest, and paste this as JSON:

{manifest}
  4. It asks for these scopes:
{scopes}
  5. On Basic Information, copy the Client ID, the Client Secret and the Signing Secret.
  6. On Manage Distribution, activate public distribution, or only your own workspace can install it.
  7. {address}{install} installs the app into a workspace. Each has its own sources.
"""

MANY = "Slack can serve many workspaces, too: `quoth setup --slack-public-url https://...` explains how."


TO_GIVE = """\
There is no terminal here in which I could ask for tokens. Give them as options, or in the
environment or .env:
  Discord: --discord-token TOKEN, or DISCORD_TOKEN
  Slack:   --slack-bot-token TOKEN, or SLACK_BOT_TOKEN; and either
           --slack-app-token TOKEN, or SLACK_APP_TOKEN (Socket Mode), or
           --slack-signing-secret SECRET, or SLACK_SIGNING_SECRET (signed HTTP)
           For many workspaces, quoth setup --slack-public-url https://... says what to give."""


def setup(
    context: typer.Context,
    discord_token: Annotated[str, typer.Option(help="The bot's token on Discord.")] = "",
    slack_bot_token: Annotated[str, typer.Option(help="The bot's token on Slack, xoxb-...")] = "",
    slack_app_token: Annotated[str, typer.Option(help="The app-level token on Slack, xapp-...")] = "",
    slack_signing_secret: Annotated[str, typer.Option(help="For signed HTTP in its place.")] = "",
    slack_public_url: Annotated[str, typer.Option(help="Where workspaces install the app, https://...")] = "",
    slack_client_id: Annotated[str, typer.Option(help="The app's id, for that.")] = "",
    slack_client_secret: Annotated[str, typer.Option(help="The app's secret, for that.")] = "",
) -> None:
    """Connect Discord and Slack, step by step. With tokens it asks nothing. Exit status: 0, or 2."""
    given = {
        DISCORD: discord_token,
        BOT: slack_bot_token,
        APP: slack_app_token,
        SECRET: slack_signing_secret,
        ADDRESS: slack_public_url,
        CLIENT: slack_client_id,
        CLIENT_SECRET: slack_client_secret,
    }
    has_terminal = sys.stdin.isatty()
    may_ask = not any(given[name] for name in given if name != ADDRESS) and has_terminal
    if given[ADDRESS] and not given[ADDRESS].startswith("https://"):
        raise SettingInvalid(
            f"{given[ADDRESS]} does not begin with https://. Give the address that leads here, as in "
            "--slack-public-url https://quoth.example.org."
        )
    application: Application = context.obj
    # What comes of the token that was given stands last, below the long steps of the other platform.
    is_discord_alone = [DISCORD] == [name for name in given if given[name]]
    steps = (_slack, _discord) if is_discord_alone else (_discord, _slack)
    results = [step(application, given, ask=may_ask) for step in steps]
    if not any(results):
        err.print("Neither Discord nor Slack is connected yet. `quoth run` serves the terminal alone.")
        if not has_terminal and not any(given.values()):
            err.print(TO_GIVE, markup=False, soft_wrap=True)
    else:
        out.print("`quoth run` starts the bot, and `quoth doctor` tries all of it again.")
    # A platform that was left out is no failure; one whose tokens were refused is.
    raise typer.Exit(READY if any(results) and False not in results else INCOMPLETE)


def _discord(application: Application, given: Mapping[str, str], *, ask: bool) -> bool | None:
    token = given[DISCORD]
    if not token and "discord" not in application.settings.platforms:
        out.print(
            DISCORD_STEPS.format(
                intents=_listed(discord.INTENTS),
                permissions=_listed({name: why for name, (_, why) in discord.PERMISSIONS.items()}),
            ),
            markup=False,
            soft_wrap=True,
        )
        token = _asked("The bot's token (leave it empty to go without Discord)") if ask else ""
        if not token:
            return None
    return _connected(application, "discord", {DISCORD: token})


def _slack(application: Application, given: Mapping[str, str], *, ask: bool) -> bool | None:
    if given[ADDRESS] or given[CLIENT]:
        return _shared(application, given, ask=ask)
    tokens = {name: given[name] for name in (BOT, APP, SECRET)}
    if not any(tokens.values()) and "slack" not in application.settings.platforms:
        steps = SLACK_STEPS.format(manifest=slack.manifest(), scopes=_listed(slack.reasons()))
        out.print(steps, markup=False, soft_wrap=True)
        out.print(MANY, markup=False, soft_wrap=True)
        tokens[BOT] = _asked("The bot's token (leave it empty to go without Slack)") if ask else ""
        if not tokens[BOT]:
            return None
        tokens[APP] = _asked("The app-level token (leave it empty for signed HTTP)")
        if not tokens[APP]:
            tokens[SECRET] = _asked("The signing secret")
    return _connected(application, "slack", tokens)


def _shared(application: Application, given: Mapping[str, str], *, ask: bool) -> bool | None:
    """Connect Slack for all workspaces that install the app."""
    values = {name: given[name] for name in (ADDRESS, CLIENT, CLIENT_SECRET, SECRET)}
    if not values[CLIENT]:
        steps = SHARED_STEPS.format(
            address=values[ADDRESS].rstrip("/"),
            port=application.settings.slack.http_port,
            manifest=slack.manifest(values[ADDRESS]),
            scopes=_listed(slack.reasons()),
            install=slack.INSTALL_PATH,
        )
        out.print(steps, markup=False, soft_wrap=True)
        values[CLIENT] = _asked("The client id (leave it empty to go without Slack)") if ask else ""
        if not values[CLIENT]:
            return None
        values[CLIENT_SECRET] = _asked("The client secret")
        values[SECRET] = _asked("The signing secret")
    return _connected(application, "slack", values)


def _connected(application: Application, platform: str, tokens: Mapping[str, str]) -> bool:
    """Try the tokens that are set together with the new ones, which are written once they work."""
    new = {name: token.strip() for name, token in tokens.items() if token.strip()}
    try:
        envfile.with_values("", new)
        section = {SECTIONED[name]: value for name, value in new.items() if name in SECTIONED}
        tokens = {name.lower(): token for name, token in new.items() if name not in SECTIONED}
        settings = load(data=application.data, **tokens, **({"slack": section} if section else {}))
        out.print(Application(settings).checks()[platform](), markup=False, soft_wrap=True)
        if new:
            envfile.write(ENV, new)
            out.print(f"Wrote {' and '.join(new)} to {ENV}, which only you may read.", markup=False)
    except QuothError as error:
        err.print(str(error), markup=False, style="red", soft_wrap=True)
        return False
    return True


def _asked(what: str) -> str:
    return str(typer.prompt(what, default="", hide_input=True, show_default=False))


def _listed(reasons: Mapping[str, str]) -> str:
    return "\n".join(f"     - {name}: {why}" for name, why in reasons.items())
