//! Groups from a lock's own history: which packages change, how often, and how big they are.
//!
//! A layer is rebuilt and pulled when any of its packages changes. So what a change costs is, summed over the layers, the
//! layer's bytes times how often it is touched; the groups that [`choose`] makes keep that sum small.

mod history;
mod layers;
mod size;

use crate::error::{Error, ErrorKind, Place, Result};
use crate::marker::Environment;
use crate::name::Name;
use crate::partition::{Part, Partition, divide};
use crate::resolution::Resolution;
use crate::selection::Selection;

pub use history::{History, HistoryReader};
pub use size::download_size;

use layers::Model;

/// What a way to divide costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The layers, in their order.
    pub layers: Vec<LayerEstimate>,
    /// Bytes of packages that are rebuilt, and pulled by each host, per change of the lock.
    pub bytes_per_change: f64,
    /// How many changes of the lock this is learnt from.
    pub changes: usize,
    /// How many packages have no size in the lock; they are counted as the middle one of the others.
    pub unknown_sizes: usize,
}

/// One layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerEstimate {
    /// The group.
    pub name: Name,
    /// How many packages.
    pub packages: usize,
    /// Their size as downloads, in bytes.
    pub bytes: u64,
    /// The share of changes that touch it, from 0 to 1.
    pub touched: f64,
}

/// Chooses up to `max_layers` groups that keep the bytes per change small: those that change least first.
///
/// More layers are only used where they save more than one part in a hundred.
pub fn choose(
    resolution: &Resolution,
    selection: &Selection,
    history: &History,
    environment: &Environment,
    max_layers: usize,
) -> Result<Partition> {
    if history.changes() == 0 {
        let message = "the lock has no history to learn the groups from";
        return Err(Error::new(ErrorKind::Configuration, Place::file(&resolution.path), message)
            .with_way_out("use the fixed groups, or a clone with its history"));
    }
    let model = Model::new(resolution, selection, history, environment);
    let layers = model.choose(max_layers.max(1));
    let names: Vec<Name> =
        (1..=layers.len()).filter_map(|number| Name::new(&format!("layer{number}"))).collect();
    let mut of = vec![None; selection.items.len()];
    for (number, layer) in layers.iter().enumerate() {
        for item in layer {
            if let Some(place) = of.get_mut(*item) {
                *place = Some(number);
            }
        }
    }
    divide(resolution, selection, &names, &of, names.len().saturating_sub(1))
}

/// What these parts cost per change of the lock.
pub fn estimate(
    resolution: &Resolution,
    selection: &Selection,
    history: &History,
    environment: &Environment,
    parts: &[Part],
) -> Estimate {
    let model = Model::new(resolution, selection, history, environment);
    let mut found = Estimate {
        layers: Vec::new(),
        bytes_per_change: 0.0,
        changes: history.changes(),
        unknown_sizes: model.unknown_sizes,
    };
    for part in parts {
        let (bytes, touched) = model.layer(&part.items);
        found.bytes_per_change += layers::as_f64(bytes) * touched;
        found.layers.push(LayerEstimate {
            name: part.name.clone(),
            packages: part.items.len(),
            bytes,
            touched,
        });
    }
    found
}

/// The same packages as one group, to compare with.
pub fn single_layer(parts: &[Part]) -> Part {
    let mut items: Vec<usize> = parts.iter().flat_map(|part| part.items.clone()).collect();
    items.sort_unstable();
    let via = vec![Vec::new(); items.len()];
    Part { name: Name::all(), items, via }
}
