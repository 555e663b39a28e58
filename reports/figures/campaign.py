"""A campaign week by week: a picture of who responded, what was fitted, and what the weeks before let expect."""

from __future__ import annotations

from matplotlib.axes import Axes

from influence.contract.campaigned import DURING, Campaigned, CampaignWeek
from influence.contract.language import message, translated
from influence.contract.wording import number, people
from reports.figures import palette
from reports.figures.letters import LINE, SMALL, wide, wrapped
from reports.figures.pictures import NARROW_ONLY, WIDE_ONLY
from reports.figures.room import NARROW, WIDE, Room, count_upwards, own_axes, page_axes, say_nothing, tell
from reports.figures.svg import Picture, house_style, to_svg
from reports.story.wording import day

SHOWN = 60
"""So many weeks before are drawn, the last ones: more would be a blur."""
_KEY = message(
    "diamonds: people who responded in a week · shaded: the campaign · line: what is fitted · dashed: as the weeks "
    "before let expect"
)
_KEY_ALONE = message("diamonds: people who responded in a week · shaded: the campaign")
_TITLE = message("People who responded, by week of seven days")
_HEADROOM, _PAD = 0.08, 12.0


@house_style()
def plot_campaign(campaigned: Campaigned, ax: Axes | None = None) -> Axes:
    """Draw how many people responded in each week, the campaign shaded, the fitted line and what was to be expected.

    What differs differs by shape, dash and place as well as by colour. Without weeks the axes say so in words.
    """
    axes, weeks = own_axes(ax, (WIDE, 3.6)), _shown(campaigned)
    if not any(row.people is not None for row in weeks):
        return say_nothing(axes, translated("There are no whole weeks to follow."))
    _shade(axes, weeks)
    _lines(axes, weeks)
    _diamonds(axes, weeks)
    _axes(axes, weeks)
    _key(axes, _key_lines(weeks, Room.of(axes).width))
    for place, row in enumerate(weeks):
        tell(axes, place - 0.5, place + 0.5, 0, axes.get_ylim()[1], _words(row))
    return axes


def campaign_picture(campaigned: Campaigned, *, narrow: bool = False) -> Picture | None:
    """Make the page's picture of it, as wide as a page or a telephone; None where there is nothing to draw."""
    weeks = _shown(campaigned)
    if not any(row.people is not None for row in weeks):
        return None
    width, height = (NARROW, 4.2) if narrow else (WIDE, 3.8)
    figure, axes = page_axes(width, height)
    across, high = 72 * width, 72 * height
    left, below = wide(number(_top(weeks))) + _PAD, 3.2 * SMALL
    above = (1 + LINE * len(_key_lines(weeks, across - left))) * SMALL
    axes.set_position((left / across, below / high, 1 - left / across, 1 - (below + above) / high))
    plot_campaign(campaigned, axes)
    return Picture(figure, translated(_TITLE), " ".join(map(_words, weeks)))


def campaign_pictures(campaigned: Campaigned) -> str:
    """Return the picture as inline SVG, once as wide as a page and once as a telephone; empty where there is none."""
    with house_style():
        wide_one, narrow = campaign_picture(campaigned), campaign_picture(campaigned, narrow=True)
        if wide_one is None or narrow is None:
            return ""
        return to_svg(wide_one, "campaign", f"picture campaign {WIDE_ONLY}") + to_svg(
            narrow, "campaign-n", f"picture campaign {NARROW_ONLY}"
        )


def _shown(campaigned: Campaigned) -> list[CampaignWeek]:
    weeks = list(campaigned.weeks)
    first = next((n for n, row in enumerate(weeks) if row.part == DURING), len(weeks))
    return weeks[max(0, first - SHOWN) :]


def _top(weeks: list[CampaignWeek]) -> float:
    return max(max(row.people or 0, row.fitted or 0.0) for row in weeks) or 1.0


def _shade(axes: Axes, weeks: list[CampaignWeek]) -> None:
    places = [place for place, row in enumerate(weeks) if row.part == DURING]
    if places:
        axes.axvspan(places[0] - 0.5, places[-1] + 0.5, color=palette.MET_BAND, linewidth=0, zorder=0)


def _lines(axes: Axes, weeks: list[CampaignWeek]) -> None:
    for run in _runs([place for place, row in enumerate(weeks) if row.fitted is not None], weeks):
        fitted = [weeks[place].fitted or 0.0 for place in run]
        axes.plot(run, fitted, color=palette.INK, linewidth=1.6, zorder=3)
    places = [n for n, row in enumerate(weeks) if row.expected is not None]
    first = next((n for n in places if weeks[n].part == DURING), len(weeks))
    after = [n for n in places if n >= first - 1]
    expected = [weeks[n].expected or 0.0 for n in after]
    axes.plot(after, expected, color=palette.MET, linewidth=1.8, linestyle=(0, (4, 3)), zorder=2)


def _runs(places: list[int], weeks: list[CampaignWeek]) -> list[list[int]]:
    """Part places where the weeks are not on end, or the campaign begins or ends."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1 and weeks[place].part == weeks[place - 1].part:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _diamonds(axes: Axes, weeks: list[CampaignWeek]) -> None:
    there = {place: row.people for place, row in enumerate(weeks) if row.people is not None}
    axes.plot(
        list(there),
        list(there.values()),
        color=palette.UNMET,
        linestyle="",
        marker="D",
        markersize=5,
        zorder=4,
    )


def _axes(axes: Axes, weeks: list[CampaignWeek]) -> None:
    axes.set_xlim(-0.5, len(weeks) - 0.5)
    axes.set_ylim(0, _top(weeks) * (1 + _HEADROOM))
    room = Room.of(axes).width / len(weeks)
    apart = max(wide(day(row.since)) for row in weeks) + _PAD
    first = next((n for n, row in enumerate(weeks) if row.part == DURING), 0)
    step = max(1, int(-(-apart // room)))
    edge = int(apart / 2 / room) + 1
    ticks = [n for n in range(first % step, len(weeks), step) if edge <= n < len(weeks) - edge]
    axes.set_xticks(ticks, [day(weeks[n].since) for n in ticks])
    count_upwards(axes)


def _key_lines(weeks: list[CampaignWeek], room: float) -> list[str]:
    fitted = any(row.fitted is not None for row in weeks)
    return wrapped(translated(_KEY if fitted else _KEY_ALONE), room)


def _key(axes: Axes, lines: list[str]) -> None:
    axes.annotate(
        "\n".join(lines), (0, 1), xycoords="axes fraction", xytext=(0, 6), textcoords="offset points",
        va="bottom", fontsize=SMALL, linespacing=LINE, color=palette.MUTED, annotation_clip=False,
    )  # fmt: skip


def _words(row: CampaignWeek) -> str:
    if row.people is None:
        return translated("Week from {day}: a source is silent.").format(day=day(row.since))
    if row.expected is None:
        return translated("Week from {day}: {n} responded.").format(day=day(row.since), n=people(row.people))
    return translated("Week from {day}: {n} responded, {expected} expected.").format(
        day=day(row.since), n=people(row.people), expected=people(row.expected)
    )
