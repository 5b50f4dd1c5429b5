"""What operators are told to allow is what the bot uses, and each of it has a reason."""

import json
from urllib.parse import parse_qs, urlsplit

import discord

from adapters.discord import guide as discord_guide
from adapters.slack import guide as slack_guide
from tests.adapters.slack.test_manifest import MANIFEST, faults_of


def test_discords_permissions_are_those_of_its_library() -> None:
    for name, (bit, why) in discord_guide.PERMISSIONS.items():
        assert discord.Permissions(bit) == discord.Permissions(**{name: True})
        assert why.startswith("to ")


def test_no_intent_of_discord_is_privileged() -> None:
    intents = discord.Intents(**dict.fromkeys(discord_guide.INTENTS, True))
    assert [False] * 3 == [intents.members, intents.presences, intents.message_content]


def test_the_invitation_asks_for_the_permissions_and_no_others() -> None:
    asked = parse_qs(urlsplit(discord_guide.invitation(7)).query)
    assert ["7"] == asked["client_id"]
    assert ["bot applications.commands"] == asked["scope"]
    assert sum(bit for bit, _ in discord_guide.PERMISSIONS.values()) == int(asked["permissions"][0])


def test_every_scope_of_slacks_manifest_has_a_reason() -> None:
    assert MANIFEST["oauth_config"]["scopes"]["bot"] == list(slack_guide.SCOPES)


def test_slacks_manifest_is_told_as_it_stands() -> None:
    assert '"major_version": 2' in slack_guide.manifest()


def test_an_app_that_many_install_is_called_at_its_address_and_hears_of_its_removal() -> None:
    manifest = json.loads(slack_guide.manifest("https://quoth.example.org/"))
    assert [] == faults_of(manifest)
    settings = manifest["settings"]
    assert ["https://quoth.example.org/slack/oauth_redirect"] == manifest["oauth_config"]["redirect_urls"]
    assert {"app_uninstalled", "tokens_revoked"} <= set(settings["event_subscriptions"]["bot_events"])
    urls = [command["url"] for command in manifest["features"]["slash_commands"]]
    urls += [settings[part]["request_url"] for part in ("event_subscriptions", "interactivity")]
    assert {"https://quoth.example.org/slack/events"} == set(urls)
    assert (False, True) == (settings["socket_mode_enabled"], settings["token_rotation_enabled"])
    assert MANIFEST["oauth_config"]["scopes"] == manifest["oauth_config"]["scopes"]
