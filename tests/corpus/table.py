"""The judge's results as markdown."""

from collections import Counter


def findings_table(results, counts):
    """One row per count, one column per configuration: the amount, and in how many files."""
    labels = list(results)
    rows = ["| | " + " | ".join(f"`{label}`" for label in labels) + " |", "| --- |" + " ---: |" * len(labels)]
    rows.append("| files changed | " + " | ".join(str(results[label]["changed"]) for label in labels) + " |")
    for kind, words in counts.items():
        cells = []
        for label in labels:
            amount, files = results[label]["counts"].get(kind, 0), results[label]["files"].get(kind, 0)
            cells.append(f"{amount} in {files}" if amount != files else str(amount))
        rows.append(f"| {words} | " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def coverage_table(results, most=10):
    """Per pass: files by outcome, then the most frequent refusals. From the configuration in which it ran alone."""
    out = []
    for label, one in results.items():
        for name, covered in (one["coverage"] or {}).items():
            if name != label:
                continue
            files = ", ".join(f"{outcome} {count}" for outcome, count in sorted(covered["files"].items()))
            out.append(f"\n### {name}\n\nFiles with a decision: {files or 'none'}.\n")
            if covered["reasons"]:
                out += ["| count | outcome | decision | reason | example |", "| ---: | --- | --- | --- | --- |"]
            for reason in covered["reasons"][:most]:
                cells = (reason["outcome"], reason["decision"], reason["code"], reason["examples"][0])
                out.append(f"| {reason['count']} | " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(out) + "\n"


def notes(results, broken, most=5):
    """Examples of every finding, the values that were declared as changed, and the refused files."""
    out = []
    for label, one in results.items():
        shown, declared = Counter(), Counter()
        for name, findings in one["findings"].items():
            for finding in findings:
                kind = finding["kind"]
                if kind == "values_declared":
                    declared[finding["detail"].split(":")[0]] += 1
                    continue
                if kind == "comments_declared":
                    continue
                shown[kind] += 1
                if shown[kind] <= most:
                    detail = " ".join(finding["detail"].split())
                    out.append(f"- `{label}` {kind}: {name}: {detail[:200]}")
        if declared:
            out.append(f"- `{label}` declared: " + ", ".join(f"{key} ×{count}" for key, count in declared.most_common(20)))
    if broken:
        later = broken["not reported, refused at the instruction level"]
        out.append(
            f"- files that the engine refuses: {broken['files']}; changed {len(broken['changed'])}, "
            f"not reported {len(broken['not reported'])} (and of those that only its instruction level refuses {len(later)}), "
            f"crashed {len(broken['crashed'])}; the others went on: {'yes' if broken['the others went on'] else 'no'}"
        )
        for kind in ("changed", "not reported"):
            out += [f"  - {kind}: {name}" for name in broken[kind][:most]]
    return "\n".join(out) + "\n"
