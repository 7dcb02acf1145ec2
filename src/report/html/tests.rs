//! The colours, and what the page says of itself.

/// `--name:#rrggbb` of each `:root` rule.
fn palettes() -> Vec<std::collections::BTreeMap<&'static str, (f64, f64, f64)>> {
    let style = include_str!("style.css");
    let roots = style.split(":root{").skip(1).map(|rest| rest.split('}').next().unwrap_or_default());
    let mut all: Vec<std::collections::BTreeMap<_, _>> = Vec::new();
    for root in roots {
        let pairs = root.split(';').filter_map(|pair| pair.trim().strip_prefix("--")?.split_once(':'));
        let colours = pairs.map(|(name, value)| (name, rgb(value)));
        all.push(colours.collect());
    }
    all
}

fn rgb(text: &str) -> (f64, f64, f64) {
    let hex = text.strip_prefix('#').expect("a colour as #rrggbb");
    let hex: String =
        if hex.len() == 3 { hex.chars().flat_map(|char| [char, char]).collect() } else { hex.to_owned() };
    let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal")) / 255.0;
    (part(0), part(2), part(4))
}

/// WCAG 2.2, relative luminance.
fn luminance((r, g, b): (f64, f64, f64)) -> f64 {
    let linear = |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

fn contrast(one: (f64, f64, f64), other: (f64, f64, f64)) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2, 1.4.3 and 1.4.11, level AA.
#[test]
fn every_text_can_be_read() {
    let palettes = palettes();
    assert_eq!(palettes.len(), 3, "light, dark, print");
    for palette in &palettes {
        let ratio = |one: &str, other: &str| contrast(palette[one], palette[other]);
        for ground in ["bg", "panel"] {
            for text in ["fg", "dim", "accent", "good", "bad", "warn"] {
                assert!(ratio(text, ground) >= 4.5, "{text} on {ground}: {:.2}", ratio(text, ground));
            }
            assert!(ratio("edge", ground) >= 3.0, "edge on {ground}: {:.2}", ratio("edge", ground));
        }
        for ground in ["del", "del-word", "ins", "ins-word"] {
            assert!(ratio("fg", ground) >= 4.5, "fg on {ground}: {:.2}", ratio("fg", ground));
        }
        for (sign, ground) in [("bad", "del"), ("good", "ins")] {
            assert!(ratio(sign, ground) >= 4.5, "{sign} on {ground}: {:.2}", ratio(sign, ground));
        }
        for bar in ["before", "after"] {
            assert!(ratio(bar, "bg") >= 3.0, "{bar}: {:.2}", ratio(bar, "bg"));
        }
    }
}

#[test]
fn black_on_white_is_21() {
    assert!((contrast((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)) - 21.0).abs() < 1e-9);
    assert!((contrast(rgb("#767676"), rgb("#fff")) - 4.54).abs() < 0.01, "the known border of AA");
}
