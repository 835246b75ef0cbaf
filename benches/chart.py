"""The growth as a picture: both axes logarithmic, one line a command."""

from math import log10

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 90, 190, 50, 50
COLOURS = ["#0b6e99", "#3aa17e", "#8a63d2", "#d9730d", "#b85c5c", "#9a8c7a", "#6b7a8f"]
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .title { font-size: 15px; font-weight: 600 }
  .grid { stroke: #ddd } .line { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) { .back { fill: #1b1b1b } text { fill: #ddd } .grid { stroke: #444 } }
"""


def number(value):
    """1,000 rather than 1000.0; 0.1 as it is."""
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def draw(title, lines):
    """`lines`: a name, whether it is levelhead's, and its points, each revisions and milliseconds."""
    points = [point for _, _, own in lines for point in own]
    low, high = (10 ** f(log10(edge(y for _, y in points))) for f, edge in ((lambda v: int(v // 1), min), (lambda v: -int(-v // 1), max)))
    first, last = min(x for x, _ in points), max(x for x, _ in points)
    across = lambda x: LEFT + (WIDTH - LEFT - RIGHT) * (log10(x) - log10(first)) / (log10(last) - log10(first))
    up = lambda y: HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (log10(y) - log10(low)) / (log10(high) - log10(low))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">',
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text class="title" x="{LEFT}" y="28">{title}</text>',
    ]
    value = low
    while value <= high * 1.001:
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up(value):.1f}" y2="{up(value):.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{up(value) + 4:.1f}" text-anchor="end">{number(value)} ms</text>')
        value *= 10
    value = first
    while value <= last:
        parts.append(f'<line class="grid" x1="{across(value):.1f}" x2="{across(value):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{across(value):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{number(value)}</text>')
        value *= 10
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">revisions</text>')
    # Labels at the ends of the lines, moved apart where lines end close to each other.
    bottom = HEIGHT
    places = {}
    for name, _, own in sorted(lines, key=lambda line: line[2][-1][1]):
        bottom = places[name] = min(up(own[-1][1]) + 4, bottom - 16)
    for colour, (name, own_program, own) in zip(COLOURS, lines, strict=True):
        path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in own)
        dash = "" if own_program else ' stroke-dasharray="5 4"'
        parts.append(f'<polyline class="line" stroke="{colour}"{dash} points="{path}"/>')
        parts += [f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="3" fill="{colour}"/>' for x, y in own]
        x = across(own[-1][0]) + 10
        parts.append(f'<text x="{x:.1f}" y="{places[name]:.1f}" style="fill:{colour}">{name}</text>')
    return "\n".join(parts) + "\n</svg>\n"
