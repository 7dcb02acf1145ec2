//! A layered layout of a small graph without cycles: what gives stands to the left of what takes.
//!
//! After Sugiyama, Tagawa and Toda (1981): layers by the longest way, points for edges that pass a layer by, a few sweeps in
//! which each node goes to the middle of its neighbours.

/// Where things stand.
pub(super) struct Layout {
    /// Of each node, its layer and its place in it, from the top; places may be halves.
    pub(super) nodes: Vec<(usize, f64)>,
    /// Of each edge, the places at which it passes the layers between.
    pub(super) ways: Vec<Vec<(usize, f64)>>,
    /// Number of layers.
    pub(super) layers: usize,
    /// Number of places in the fullest layer.
    pub(super) rows: usize,
}

/// Lays out `count` nodes. Edges lead from what gives to what takes, and from a lower number to a higher one, or from a
/// source; an edge that does not is left without points.
pub(super) fn layered(count: usize, edges: &[(usize, usize)]) -> Layout {
    let layer = layers(count, edges);
    let depth = layer.iter().max().map_or(0, |most| most + 1);
    // Nodes first, then the points of long edges.
    let mut rank = layer.clone();
    let mut chains: Vec<Vec<usize>> = Vec::new();
    let mut links: Vec<(usize, usize)> = Vec::new();
    for &(from, to) in edges {
        let between: Vec<usize> = (layer[from] + 1..layer[to].max(layer[from] + 1)).collect();
        let mut chain = vec![from];
        for at in between {
            chain.push(rank.len());
            rank.push(at);
        }
        chain.push(to);
        links.extend(chain.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))));
        chains.push(chain);
    }
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); depth];
    for (node, layer) in rank.iter().enumerate() {
        order[*layer].push(node);
    }
    let mut place = vec![0.0; rank.len()];
    settle(&order, &mut place);
    for sweep in 0..6 {
        let forth = sweep % 2 == 0;
        for at in 0..depth {
            let at = if forth { at } else { depth - 1 - at };
            order[at].sort_by(|a, b| {
                middle(*a, &links, &place, forth).total_cmp(&middle(*b, &links, &place, forth))
            });
            settle(&order, &mut place);
        }
    }
    let ways = chains
        .iter()
        .map(|chain| {
            let points = chain.get(1..chain.len().saturating_sub(1)).unwrap_or_default();
            points.iter().map(|point| (rank[*point], place[*point])).collect()
        })
        .collect();
    Layout {
        nodes: (0..count).map(|node| (rank[node], place[node])).collect(),
        ways,
        layers: depth,
        rows: order.iter().map(Vec::len).max().unwrap_or(0),
    }
}

/// By the longest way from a source; a source stands directly before the first that takes from it.
fn layers(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut layer = vec![0; count];
    // As often as a way can be long; a cycle ends there too.
    for _ in 0..count {
        let mut moved = false;
        for &(from, to) in edges {
            if layer[to] <= layer[from] && layer[from] + 1 < count {
                layer[to] = layer[from] + 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    for node in 0..count {
        if edges.iter().any(|(_, to)| *to == node) {
            continue;
        }
        let nearest = edges.iter().filter(|(from, _)| *from == node).map(|(_, to)| layer[*to]).min();
        layer[node] = nearest.map_or(0, |nearest| nearest.saturating_sub(1));
    }
    layer
}

/// Places by the order, each layer in the middle of the height.
fn settle(order: &[Vec<usize>], place: &mut [f64]) {
    let rows = order.iter().map(Vec::len).max().unwrap_or(0);
    #[allow(clippy::cast_precision_loss, reason = "drawn")]
    for layer in order {
        let top = (rows - layer.len()) as f64 / 2.0;
        for (at, node) in layer.iter().enumerate() {
            place[*node] = top + at as f64;
        }
    }
}

/// The middle of a node's neighbours on one side; its own place where it has none.
fn middle(node: usize, links: &[(usize, usize)], place: &[f64], before: bool) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (from, to) in links {
        let other = match before {
            true if *to == node => *from,
            false if *from == node => *to,
            _ => continue,
        };
        sum += place[other];
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { place[node] }
}

#[cfg(test)]
mod tests {
    use super::layered;

    #[test]
    fn what_gives_stands_to_the_left_and_nothing_lies_upon_another() {
        // base → builder → three → runtime; slim → runtime.
        let edges = [(0, 2), (2, 3), (2, 4), (2, 5), (3, 6), (4, 6), (5, 6), (1, 6), (2, 6)];
        let layout = layered(7, &edges);
        for (from, to) in edges {
            assert!(layout.nodes[from].0 < layout.nodes[to].0, "{from} → {to}");
        }
        assert_eq!(layout.nodes[1].0, layout.nodes[6].0 - 1, "a source stands before the first that takes");
        let mut places: Vec<(usize, u64)> = layout
            .nodes
            .iter()
            .chain(layout.ways.iter().flatten())
            .map(|(layer, at)| (*layer, at.to_bits()))
            .collect();
        places.sort_unstable();
        let all = places.len();
        places.dedup();
        assert_eq!(places.len(), all);
        assert_eq!(layout.ways[8].len(), 1, "a long edge passes a layer");
    }

    #[test]
    fn a_cycle_and_nothing_at_all_end() {
        assert_eq!(layered(0, &[]).layers, 0);
        assert!(layered(2, &[(0, 1), (1, 0)]).layers <= 2);
    }
}
