//! The model of cost, and the search for layers that keep it small.

use std::collections::BTreeMap;

use super::history::History;
use super::size::download_size;
use crate::marker::Environment;
use crate::name::Name;
use crate::resolution::Resolution;
use crate::selection::Selection;

/// A size that stands for all where the lock has none.
const UNKNOWN_SIZE: u64 = 1_000_000;
/// Another layer must save at least this part of the cost.
const WORTH: f64 = 0.01;
/// Rounds of moving single packages; it settles after one or two.
const ROUNDS: usize = 4;

/// Sizes are far below 2⁵², where every integer has a float of its own.
#[allow(clippy::cast_precision_loss)]
pub(super) fn as_f64(bytes: u64) -> f64 {
    bytes as f64
}

#[allow(clippy::cast_precision_loss)]
fn count(number: usize) -> f64 {
    number as f64
}

pub(super) struct Model {
    /// The items that layers hold: not what is local.
    items: Vec<usize>,
    /// By item.
    bytes: Vec<u64>,
    /// By item: the changes that touched it, as bits.
    touched: Vec<Vec<u64>>,
    changes: usize,
    pub(super) unknown_sizes: usize,
}

impl Model {
    pub(super) fn new(
        resolution: &Resolution,
        selection: &Selection,
        history: &History,
        environment: &Environment,
    ) -> Self {
        let packages: Vec<_> =
            selection.items.iter().map(|item| resolution.packages.get(item.package)).collect();
        let sizes: Vec<Option<u64>> = packages
            .iter()
            .map(|package| package.and_then(|package| download_size(package, environment)))
            .collect();
        let mut known: Vec<u64> = sizes.iter().copied().flatten().collect();
        known.sort_unstable();
        let middle = known.get(known.len() / 2).copied().unwrap_or(UNKNOWN_SIZE);
        let words = history.changes().div_ceil(64);
        let mut by_name: BTreeMap<&Name, Vec<u64>> = BTreeMap::new();
        for (at, change) in history.each().enumerate() {
            for name in change {
                let bits = by_name.entry(name).or_insert_with(|| vec![0; words]);
                if let Some(word) = bits.get_mut(at / 64) {
                    *word |= 1 << (at % 64);
                }
            }
        }
        let none = vec![0; words];
        let touched = packages
            .iter()
            .map(|package| package.and_then(|package| by_name.get(&package.name)).unwrap_or(&none).clone())
            .collect();
        let items = (0..packages.len())
            .filter(|at| packages.get(*at).is_some_and(|one| one.is_some_and(|one| !one.source.is_local())))
            .collect();
        Self {
            items,
            bytes: sizes.iter().map(|size| size.unwrap_or(middle)).collect(),
            touched,
            changes: history.changes(),
            unknown_sizes: sizes.iter().filter(|size| size.is_none()).count(),
        }
    }

    fn bytes_of(&self, item: usize) -> u64 {
        self.bytes.get(item).copied().unwrap_or_default()
    }

    fn touched_by(&self, item: usize) -> &[u64] {
        self.touched.get(item).map_or(&[], Vec::as_slice)
    }

    /// The chance that a change touches a layer with so many packages, of which so many changes are known.
    ///
    /// One more change than was seen is taken to touch any package alike: what never changed may.
    fn chance(&self, touched: usize, packages: usize) -> f64 {
        let seen = count(touched) / count(self.changes + 1);
        let unseen = 1.0 / count(self.changes + 1);
        let share = count(packages) / count(self.items.len().max(1));
        1.0 - (1.0 - seen) * (1.0 - unseen).powf(share)
    }

    /// Bytes and chance of a layer.
    pub(super) fn layer(&self, items: &[usize]) -> (u64, f64) {
        let mut bits = vec![0_u64; self.changes.div_ceil(64)];
        let mut bytes = 0;
        for item in items {
            bytes += self.bytes_of(*item);
            unite(&mut bits, self.touched_by(*item));
        }
        (bytes, self.chance(ones(&bits), items.len()))
    }

    fn cost(&self, layers: &[Vec<usize>]) -> f64 {
        let costs = layers.iter().map(|layer| {
            let (bytes, chance) = self.layer(layer);
            as_f64(bytes) * chance
        });
        costs.sum()
    }

    /// The cheapest layers, at most so many, those that change least first.
    pub(super) fn choose(&self, max: usize) -> Vec<Vec<usize>> {
        let mut sorted = self.items.clone();
        // What changes together stands together.
        sorted.sort_by(|a, b| {
            let (left, right) = (self.touched_by(*a), self.touched_by(*b));
            ones(left).cmp(&ones(right)).then_with(|| left.cmp(right)).then_with(|| a.cmp(b))
        });
        let mut found: Vec<Vec<Vec<usize>>> =
            self.cuts(&sorted, max).into_iter().map(|layers| self.improve(layers)).collect();
        let best = found.iter().map(|layers| self.cost(layers)).fold(f64::INFINITY, f64::min);
        let enough = found.iter().position(|layers| self.cost(layers) <= best * (1.0 + WORTH));
        let mut layers = if found.is_empty() { Vec::new() } else { found.swap_remove(enough.unwrap_or(0)) };
        for layer in &mut layers {
            layer.sort_unstable();
        }
        layers.sort_by(|a, b| self.layer(a).1.total_cmp(&self.layer(b).1));
        layers
    }

    /// The best way to cut the sorted items into 1, 2, … `max` runs.
    fn cuts(&self, sorted: &[usize], max: usize) -> Vec<Vec<Vec<usize>>> {
        let length = sorted.len();
        // cost[start][end - start - 1] of the run from start up to end.
        let mut cost: Vec<Vec<f64>> = Vec::with_capacity(length);
        for start in 0..length {
            let mut bits = vec![0_u64; self.changes.div_ceil(64)];
            let mut bytes = 0;
            let mut row = Vec::with_capacity(length - start);
            for item in sorted.iter().skip(start) {
                bytes += self.bytes_of(*item);
                unite(&mut bits, self.touched_by(*item));
                row.push(as_f64(bytes) * self.chance(ones(&bits), row.len() + 1));
            }
            cost.push(row);
        }
        let run = |start: usize, end: usize| {
            cost.get(start).and_then(|row| row.get(end - start - 1)).copied().unwrap_or(f64::INFINITY)
        };
        // best[end]: the cheapest way to cut the first `end` items into as many runs as the round says.
        let mut best: Vec<f64> = (0..=length).map(|end| if end == 0 { 0.0 } else { run(0, end) }).collect();
        let mut starts: Vec<Vec<usize>> = vec![vec![0; length + 1]];
        let mut found = Vec::new();
        if length > 0 {
            found.push(vec![sorted.to_vec()]);
        }
        for runs in 2..=max.min(length) {
            let mut next = vec![f64::INFINITY; length + 1];
            let mut from = vec![0; length + 1];
            for end in runs..=length {
                for start in runs - 1..end {
                    let total = best.get(start).copied().unwrap_or(f64::INFINITY) + run(start, end);
                    if let (Some(value), Some(place)) = (next.get_mut(end), from.get_mut(end))
                        && total < *value
                    {
                        *value = total;
                        *place = start;
                    }
                }
            }
            starts.push(from);
            best = next;
            let mut layers = Vec::new();
            let mut end = length;
            for from in starts.iter().rev() {
                let start = from.get(end).copied().unwrap_or_default();
                layers.push(sorted.get(start..end).unwrap_or_default().to_vec());
                end = start;
            }
            layers.reverse();
            found.push(layers);
        }
        found
    }

    /// Moves single packages as long as that helps.
    fn improve(&self, mut layers: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
        let mut states: Vec<Layer> = layers.iter().map(|layer| Layer::of(self, layer)).collect();
        for _ in 0..ROUNDS {
            let mut moved = false;
            for from in 0..layers.len() {
                for item in layers.get(from).cloned().unwrap_or_default() {
                    let Some(home) = states.get(from).filter(|home| home.packages > 1) else { continue };
                    let saved = home.cost(self) - home.without(self, item);
                    let target = (0..layers.len())
                        .filter(|to| *to != from)
                        .filter_map(|to| {
                            let state = states.get(to)?;
                            Some((state.with(self, item) - state.cost(self), to))
                        })
                        .min_by(|(a, _), (b, _)| a.total_cmp(b));
                    let Some((added, to)) = target.filter(|(added, _)| *added < saved * (1.0 - 1e-9)) else {
                        continue;
                    };
                    debug_assert!(added < saved);
                    if let Some(layer) = layers.get_mut(from) {
                        layer.retain(|other| *other != item);
                    }
                    layers.get_mut(to).into_iter().for_each(|layer| layer.push(item));
                    for at in [from, to] {
                        if let (Some(state), Some(layer)) = (states.get_mut(at), layers.get(at)) {
                            *state = Layer::of(self, layer);
                        }
                    }
                    moved = true;
                }
            }
            if !moved {
                break;
            }
        }
        layers
    }
}

/// A layer with, for each change, how many of its packages were touched.
struct Layer {
    bytes: u64,
    packages: usize,
    counts: Vec<u32>,
    touched: usize,
}

impl Layer {
    fn of(model: &Model, items: &[usize]) -> Self {
        let mut counts = vec![0_u32; model.changes];
        let mut bytes = 0;
        for item in items {
            bytes += model.bytes_of(*item);
            for at in bits_of(model.touched_by(*item)) {
                counts.get_mut(at).into_iter().for_each(|count| *count += 1);
            }
        }
        let touched = counts.iter().filter(|count| **count > 0).count();
        Self { bytes, packages: items.len(), counts, touched }
    }

    fn cost(&self, model: &Model) -> f64 {
        as_f64(self.bytes) * model.chance(self.touched, self.packages)
    }

    fn without(&self, model: &Model, item: usize) -> f64 {
        let only = bits_of(model.touched_by(item)).filter(|at| self.counts.get(*at) == Some(&1)).count();
        as_f64(self.bytes - model.bytes_of(item)) * model.chance(self.touched - only, self.packages - 1)
    }

    fn with(&self, model: &Model, item: usize) -> f64 {
        let new = bits_of(model.touched_by(item)).filter(|at| self.counts.get(*at) == Some(&0)).count();
        as_f64(self.bytes + model.bytes_of(item)) * model.chance(self.touched + new, self.packages + 1)
    }
}

fn bits_of(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(word, bits)| {
        let mut left = *bits;
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let at = left.trailing_zeros() as usize;
            left &= left - 1;
            Some(word * 64 + at)
        })
    })
}

fn unite(into: &mut [u64], bits: &[u64]) {
    for (word, other) in into.iter_mut().zip(bits) {
        *word |= other;
    }
}

fn ones(bits: &[u64]) -> usize {
    bits.iter().map(|word| word.count_ones() as usize).sum()
}
