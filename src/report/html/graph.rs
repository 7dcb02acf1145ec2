//! The stages of a Dockerfile, what they build on and what they take from each other, drawn.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dockfit_dockerfile::model::{Base, Model, Origin, Stage};
use dockfit_dockerfile::{Document, Keyword};
use dockfit_rewrite::Dockerfile;

use super::escape::escaped;
use super::layout::{Layout, layered};

/// Larger graphs are not drawn: no reader follows their edges.
const MOST: usize = 60;
/// Of a box, in pixels.
const HEIGHT: f64 = 40.0;
const ROW: f64 = 54.0;
const GAP: f64 = 54.0;
/// Characters of a name.
const LONGEST: usize = 28;

/// How one thing comes into a stage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    From,
    Copy,
    Mount,
}

impl Way {
    fn class(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::Copy => "copy",
            Self::Mount => "mount",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::From => "is built on",
            Self::Copy => "copies from",
            Self::Mount => "mounts",
        }
    }
}

struct Node {
    name: String,
    /// The line below its name.
    about: String,
    class: String,
}

struct Graph {
    nodes: Vec<Node>,
    edges: BTreeMap<(usize, usize), Way>,
}

/// Both graphs, where there is anything to see: other stages than before, or more than one.
pub(super) fn graphs(before: &Dockerfile, after: &Dockerfile, id: &str) -> String {
    let (was, is) = (Graph::of(before, None), Graph::of(after, Some(before.model())));
    let same = was.same(&is);
    let drawn = |graph: &Graph| graph.nodes.len() <= MOST;
    if same && is.nodes.len() <= 2 || !drawn(&was) || !drawn(&is) {
        return String::new();
    }
    let mut out = "<h3>Stages</h3>\n".to_owned();
    if same {
        out.push_str(&is.figure("Stages, as they were and stay", &format!("{id}-stages")));
    } else {
        out.push_str(&was.figure("Stages before", &format!("{id}-before")));
        out.push_str(&is.figure("Stages after", &format!("{id}-after")));
    }
    out.push_str(
        "<p class=\"legend\"><span class=\"l-from\">FROM</span> <span class=\"l-copy\">COPY --from</span> ",
    );
    out.push_str(
        "<span class=\"l-mount\">mount</span> <span class=\"l-target\">what a build makes by default</span>",
    );
    if !same {
        out.push_str(" <span class=\"l-new\">new, or on another base</span>");
    }
    out.push_str("</p>\n");
    out
}

impl Graph {
    fn of(file: &Dockerfile, before: Option<&Model>) -> Self {
        let model = file.model();
        let stages = model.stages();
        let target = model.target().map(|stage| stage.index);
        let mut nodes: Vec<Node> = stages
            .iter()
            .map(|stage| Node {
                name: name(stage),
                about: layers(file.document(), stage),
                class: class(stage, target, before),
            })
            .collect();
        let mut edges = BTreeMap::new();
        let mut outside: BTreeMap<(String, &str), usize> = BTreeMap::new();
        for stage in stages {
            let base = match &stage.base {
                Base::Stage(index) => Some(*index),
                Base::Scratch | Base::Invalid => None,
                Base::Image(_) => Some(node(&mut nodes, &mut outside, stage.base_name.clone(), "image")),
                Base::Context(name) => Some(node(&mut nodes, &mut outside, name.clone(), "context")),
            };
            let mut edge = |from: usize, way: Way| {
                if from != stage.index {
                    let known = edges.entry((from, stage.index)).or_insert(way);
                    *known = way.min(*known);
                }
            };
            if let Some(base) = base {
                edge(base, Way::From);
            }
            for take in &stage.takes {
                let from = match &take.from {
                    Origin::Stage(index) => *index,
                    Origin::Image(_) => node(&mut nodes, &mut outside, take.from.name(stages), "image"),
                    Origin::Context(name) => node(&mut nodes, &mut outside, name.clone(), "context"),
                    Origin::Scratch | Origin::Invalid(_) => continue,
                };
                edge(from, if take.copied { Way::Copy } else { Way::Mount });
            }
        }
        Self { nodes, edges }
    }

    fn same(&self, other: &Self) -> bool {
        let nodes = |graph: &Self| graph.nodes.iter().map(|node| node.name.clone()).collect::<Vec<_>>();
        nodes(self) == nodes(other) && self.edges == other.edges
    }

    /// What it says, in words.
    fn words(&self) -> String {
        let named = |index: &usize| self.nodes.get(*index).map_or("", |node| node.name.as_str());
        let edges = self
            .edges
            .iter()
            .map(|((from, to), way)| format!("{} {} {}", named(to), way.words(), named(from)));
        edges.collect::<Vec<_>>().join("; ")
    }

    fn figure(&self, title: &str, id: &str) -> String {
        format!(
            "<figure><figcaption>{title}</figcaption><div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"{title}\">{}</div></figure>\n",
            self.svg(title, id)
        )
    }

    fn svg(&self, title: &str, id: &str) -> String {
        let edges: Vec<(usize, usize)> = self.edges.keys().copied().collect();
        let Layout { nodes, ways, layers, rows } = layered(self.nodes.len(), &edges);
        let mut columns = vec![110.0_f64; layers];
        for (node, (layer, _)) in self.nodes.iter().zip(&nodes) {
            if let Some(column) = columns.get_mut(*layer) {
                *column = column.max(width(&node.name).max(width(&node.about) * 0.86));
            }
        }
        let mut left = Vec::new();
        let mut x = 2.0;
        for column in &columns {
            left.push((x, *column));
            x += column + GAP;
        }
        #[allow(clippy::cast_precision_loss, reason = "drawn")]
        let (wide, tall) = (x - GAP + 2.0, rows as f64 * ROW + 4.0);
        let at = |layer: usize, place: f64| {
            let (x, width) = left.get(layer).copied().unwrap_or_default();
            (x, width, 2.0 + place * ROW + (ROW - HEIGHT) / 2.0)
        };
        let mut out = format!(
            "<svg class=\"graph\" viewBox=\"0 0 {wide:.0} {tall:.0}\" width=\"{wide:.0}\" height=\"{tall:.0}\" role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{}</desc>",
            escaped(&self.words())
        );
        for (((from, to), way), points) in self.edges.iter().zip(&ways) {
            let (Some(start), Some(end)) = (nodes.get(*from), nodes.get(*to)) else { continue };
            let (x, width, y) = at(start.0, start.1);
            let mut path = format!("M{:.0} {:.0}", x + width, y + HEIGHT / 2.0);
            let mut last = (x + width, y + HEIGHT / 2.0);
            for (layer, place) in points {
                let (x, width, y) = at(*layer, *place);
                bend(&mut path, last, (x, y + HEIGHT / 2.0));
                let _ = write!(path, "H{:.0}", x + width);
                last = (x + width, y + HEIGHT / 2.0);
            }
            let (x, _, y) = at(end.0, end.1);
            bend(&mut path, last, (x - 7.0, y + HEIGHT / 2.0));
            let tip = y + HEIGHT / 2.0;
            let _ = write!(
                out,
                "<path class=\"{0}\" d=\"{path}\"/><path class=\"tip\" d=\"M{1:.0} {2:.0}l-8 -4v8z\"/>",
                way.class(),
                x,
                tip
            );
        }
        for (node, (layer, place)) in self.nodes.iter().zip(&nodes) {
            let (x, width, y) = at(*layer, *place);
            let middle = x + width / 2.0;
            let _ = write!(
                out,
                "<g class=\"{}\"><title>{}</title><rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{width:.0}\" height=\"{HEIGHT:.0}\" rx=\"6\"/>\
                 <text x=\"{middle:.0}\" y=\"{:.0}\">{}</text><text class=\"about\" x=\"{middle:.0}\" y=\"{:.0}\">{}</text></g>",
                node.class,
                escaped(&node.name),
                y + 17.0,
                escaped(&shortened(&node.name)),
                y + 32.0,
                escaped(&node.about)
            );
        }
        out.push_str("</svg>");
        out
    }
}

/// The node of something outside, made where it is not there.
fn node(
    nodes: &mut Vec<Node>,
    known: &mut BTreeMap<(String, &'static str), usize>,
    name: String,
    kind: &'static str,
) -> usize {
    *known.entry((name.clone(), kind)).or_insert_with(|| {
        nodes.push(Node { name, about: kind.to_owned(), class: format!("outside {kind}") });
        nodes.len() - 1
    })
}

fn name(stage: &Stage) -> String {
    stage.name.clone().unwrap_or_else(|| format!("stage {}", stage.index))
}

/// Layers that a stage's own instructions make.
fn layers(document: &Document, stage: &Stage) -> String {
    let count = layer_count(document, stage);
    crate::report::plural(count, "layer", "layers")
}

/// As the engine has it: WORKDIR makes one too.
pub(super) fn layer_count(document: &Document, stage: &Stage) -> usize {
    let makes =
        |keyword: Keyword| matches!(keyword, Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::Workdir);
    let own = document.instructions().get(stage.instructions.clone()).unwrap_or_default();
    own.iter().filter(|instruction| makes(instruction.keyword())).count()
}

fn class(stage: &Stage, target: Option<usize>, before: Option<&Model>) -> String {
    let mut class = "stage".to_owned();
    if target == Some(stage.index) {
        class.push_str(" target");
    } else if !stage.built {
        class.push_str(" aside");
    }
    if let Some(before) = before {
        let known = match &stage.name {
            Some(name) => before.stage_named(name),
            None => before.stages().get(stage.index),
        };
        if known.is_none_or(|known| known.base_name != stage.base_name) {
            class.push_str(" new");
        }
    }
    class
}

/// From one point to the next, flat at both ends.
fn bend(path: &mut String, from: (f64, f64), to: (f64, f64)) {
    let middle = f64::midpoint(from.0, to.0);
    let _ = write!(path, "C{middle:.0} {:.0} {middle:.0} {:.0} {:.0} {:.0}", from.1, to.1, to.0, to.1);
}

/// A name as long as a box may be; its end tells more than its beginning.
fn shortened(name: &str) -> String {
    let count = name.chars().count();
    if count <= LONGEST {
        return name.to_owned();
    }
    let tail: String = name.chars().skip(count - (LONGEST - 1)).collect();
    format!("…{tail}")
}

/// Of a box with that name, in pixels.
fn width(name: &str) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "drawn")]
    let count = name.chars().count().min(LONGEST) as f64;
    count * 7.3 + 24.0
}
