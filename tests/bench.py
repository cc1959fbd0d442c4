"""Makes the table of tests/bench from the lines it collected: `python3 bench.py FOLDER`.

Times are milliseconds. A ratio is ours by the peer's: of times, below 1 we are quicker; of rates, above 1.
"""

import json
import pathlib
import sys

ALT, PETGRAPH = "ALT reference", "petgraph A*"

# What is asked for: our line, and each peer's line for the same queries. petgraph also runs in our process.
ROUTES = [
    ("route, anywhere", "ways, ducts, anywhere", {
        ALT: "csr_alt16_hilbert", PETGRAPH: "petgraph_astar_straight", "petgraph A*, our process": "petgraph A* on the view, anywhere",
        "rustworkx": "p2p_astar", "igraph": "p2p_dijkstra", "pgRouting": "pgr_dijkstra_bbox"}),
    ("route, local", "ways, ducts, local", {
        ALT: "csr_alt16_local_hilbert", PETGRAPH: "petgraph_astar_straight_local", "petgraph A*, our process": "petgraph A* on the view, local",
        "rustworkx": "p2p_local_lengths_goal", "igraph": "p2p_local_dijkstra", "pgRouting": "pgr_dijkstra_local_bbox"}),
    ("8 best routes", "ways, 8 best of ducts, core", {ALT: "csr_yen8_rra", "igraph": "ksp8", "pgRouting": "pgr_ksp8_full"}),
    ("8 best routes, local", "ways, 8 best of ducts, local", {
        ALT: "csr_yen8_rra_local", "igraph": "ksp8_local", "pgRouting": "pgr_ksp8_local_bbox"}),
    ("pair apart by links", "ways, pair of ducts apart by links, core", {
        ALT: "csr_suurballe_edge_alt16", "igraph": "edge_disjoint2_remove_and_retry", "pgRouting": "pgr_edgedisjoint_full"}),
    ("pair apart by links and places", "ways, pair of ducts apart by links and places, core", {ALT: "csr_suurballe_node_alt16"}),
    ("10 nearest places", "10 nearest places", {"rstar": "rstar_knn10", "PostGIS": "postgis_knn10_geography"}),
]

# Bounds of the ratio, by points: what is asked for, peer, most.
RATIOS = {
    1_000_000: [("route, anywhere", ALT, 1.5), ("route, anywhere", PETGRAPH, 1 / 20), ("route, local", ALT, 1.5), ("route, local", PETGRAPH, 1 / 6)],
    100_000: [(what, ALT, 2) for what in ("8 best routes", "8 best routes, local", "pair apart by links", "pair apart by links and places")],
}

# Bounds of figures of ours: bench, its line, sample where it counts, member, bound. Below 0: at least so much.
FIGURES = [
    ("survey", "data 155M protected, far end within 30 km", "province", "median", 10),
    ("survey", "data 155M protected, far end within 30 km", "province", "p99", 100),
    ("network", "memory, restored", "province", "value", 4096),
    ("network", "clone", None, "value", 10),
    ("network", "change of 100 scattered slots", None, "value", 5),
    ("store", "SQLite: import, the whole process", None, "value", -100_000),
    ("http", "survey over HTTP, full load", None, "per_second", -200),
    ("http", "survey, half load: p99 over HTTP by p99 in the process", None, "median", 1.5),
    ("http", "idle connections", None, "value", 100),
    ("http", "tiles: drawn", "province", "median", 20),
    ("http", "tiles: kept", "province", "median", 1),
    ("http", "tiles: the largest", "province", "value", 500_000),
    ("http", "soak, errors", None, "value", 0),
    ("store", "SQLite: start, network and topology", "province", "value", 60),
    ("store", "PostgreSQL: start, network and topology", "province", "value", 60),
]
GROUPED = "grouped durable commits"


def number(value):
    """A figure with three digits that count."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def millis(line):
    """Median and p99 of a line, whosever it is."""
    if "med_ms" in line:
        return line["med_ms"], line["p99_ms"]
    if "med_us" in line:
        return line["med_us"] / 1e3, line["p99_us"] / 1e3
    if "median" in line:
        by = {"us": 1e3, "ms": 1, "s": 1e-3}[line["unit"]]
        return line["median"] / by, line["p99"] / by
    return None


def routes(lines, missing):
    """Searches on the peers' graphs, a row for each peer."""
    ours = {(line["points"], line["what"]): line for line in lines if line.get("bench") == "route"}
    theirs = {(line["N"], line["test"]): line for line in lines if "test" in line and "N" in line}
    for points in sorted({points for points, _ in ours}):
        for what, name, peers in ROUTES:
            if (points, name) not in ours:
                continue
            median, p99 = millis(ours[points, name])
            for peer, test in peers.items():
                row = {"what": what, "scale": f"{points:,} points", "unit": "ms", "ours": median, "ours_p99": p99, "peer": peer}
                found = millis(theirs.get((points, test)) or ours.get((points, test)) or {})
                if found:
                    row |= {"theirs": found[0], "theirs_p99": found[1], "ratio": median / found[0]}
                else:
                    line = theirs.get((points, test), {})
                    why = missing.get(peer if peer not in (PETGRAPH, "rstar") else ALT)
                    row["note"] = f"not installed: {why}" if why else line.get("error", "not measured")
                for asked, of, most in RATIOS.get(points, []):
                    if (asked, of) == (what, peer):
                        row |= {"bound": f"≤ {number(most)} ×", "met": row["ratio"] <= most if found else None}
                yield row


def figures(lines):
    """All other lines of ours, with their bounds."""
    for line in lines:
        if line.get("from") != "ours" or line["bench"] == "route":
            continue
        row = {"what": f"{line['bench']}: {line['what']}", "scale": line.get("sample", ""), "unit": line["unit"]}
        row |= {"ours": line.get("median", line.get("value")), "ours_p99": line.get("p99")}
        if "peer" in line:
            row |= {"peer": "bare engine", "theirs": line["peer"], "ratio": line["ratio"]}
        if "undecided" in line:
            row["note"] = f"undecided: {line['undecided']:.1%}"
        bounds = [(member, bound) for bench, what, sample, member, bound in FIGURES
                  if (bench, what) == (line["bench"], line["what"]) and sample in (None, line.get("sample"))]
        if bounds:
            row["bound"] = ", ".join(f"{'p99 ' if member == 'p99' else ''}{'≥' if bound < 0 else '≤'} {number(abs(bound))}" for member, bound in bounds)
            row["met"] = all(line[member] >= -bound if bound < 0 else line[member] <= bound for member, bound in bounds)
        elif GROUPED in line["what"]:
            row |= {"bound": "≥ 2,000 or ≥ 0.5 ×", "met": line["value"] >= 2000 or line["ratio"] >= 0.5}
        yield row


def main(folder):
    lines = [json.loads(line) for line in (folder / "lines.jsonl").read_text().splitlines()]
    run = next((line for line in lines if "run" in line), {})
    missing = {line["peer"]: line["missing"] for line in lines if "missing" in line}
    rows = [*routes(lines, missing), *figures(lines)]
    failed = [line["failed"] for line in lines if "failed" in line]
    table = {"run": run, "missing": missing, "failed": failed, "rows": rows}
    (folder / "table.json").write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n")
    text = [f"# Figures of {run.get('at')}, commit {run.get('commit')}, {run.get('run')}", "", f"Machine: {run.get('machine')}.", ""]
    text += [f"Not measured: {peer}: {why}." for peer, why in missing.items()]
    text += [f"Failed: {program}; see the log." for program in failed]
    head = ["what", "scale", "unit", "ours", "p99", "peer", "theirs", "p99", "ratio", "bound", "met"]
    text += ["", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        met = {True: "yes", False: "**no**", None: ""}[row.get("met")]
        peer = ", ".join(part for part in (row.get("peer"), row.get("note")) if part)
        cells = [row["what"], row["scale"], row["unit"], number(row["ours"]), number(row.get("ours_p99")), peer,
                 number(row.get("theirs")), number(row.get("theirs_p99")), number(row.get("ratio")), row.get("bound", ""), met]
        text.append("| " + " | ".join(cells) + " |")
    (folder / "table.md").write_text("\n".join(text) + "\n")
    print("\n".join(text))
    print(f"\n{folder / 'table.md'}, {folder / 'table.json'}")


main(pathlib.Path(sys.argv[1]))
