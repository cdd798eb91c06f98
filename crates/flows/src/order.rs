//! The order in which items are given. It follows from the threshold's commitment, the model's manifest and the
//! run's number, so that nobody can choose it and everybody can check it.
//!
//! `seed = SHA-256(len || "proofhouse item order v1" || len || commitment || len || manifest || len || run)`, each
//! `len` eight big-endian bytes, `run` four. Items sorted by name are shuffled after Fisher and Yates: for `i` from
//! the last place down to 1, `j` is drawn from 0..=i and places `i` and `j` change. Draw number `n` takes the first
//! eight bytes (big-endian) of `SHA-256(len || seed || len || n)`, and is repeated with the next `n` when it falls
//! into the incomplete last multiple of `i + 1`.

use types::{Digest, ItemId, RunNumber};

/// The seed of a run's order.
#[must_use]
pub fn seed(commitment: Digest, manifest: Digest, run: RunNumber) -> Digest {
    let run = run.get().to_be_bytes();
    Digest::of_parts(&[b"proofhouse item order v1", commitment.as_bytes(), manifest.as_bytes(), &run])
}

/// The seed of an exploratory run, chosen by the operator.
#[must_use]
pub fn exploratory_seed(chosen: u64, run: RunNumber) -> Digest {
    let (chosen, run) = (chosen.to_be_bytes(), run.get().to_be_bytes());
    Digest::of_parts(&[b"proofhouse exploratory order v1", &chosen, &run])
}

/// `items` in the order that `seed` gives.
#[must_use]
pub fn order(mut items: Vec<ItemId>, seed: Digest) -> Vec<ItemId> {
    items.sort();
    let mut draws = (0_u64..).map(|number| {
        let digest = Digest::of_parts(&[seed.as_bytes(), &number.to_be_bytes()]);
        digest.as_bytes()[..8].iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
    });
    for place in (1..items.len()).rev() {
        let choices = place as u64 + 1;
        let fair_below = u64::MAX - u64::MAX % choices;
        // The iterator is endless and half of all draws are fair.
        let draw = draws.find(|draw| *draw < fair_below).unwrap_or_default() % choices;
        items.swap(place, usize::try_from(draw).unwrap_or_default());
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(count: usize) -> Vec<ItemId> {
        (0..count).map(|at| format!("item-{at}").parse().unwrap()).collect()
    }

    #[test]
    fn every_item_is_given_once_and_the_order_hangs_on_each_input() {
        let seeds = [
            seed(Digest::of(b"c"), Digest::of(b"m"), RunNumber::FIRST),
            seed(Digest::of(b"d"), Digest::of(b"m"), RunNumber::FIRST),
            seed(Digest::of(b"c"), Digest::of(b"n"), RunNumber::FIRST),
            seed(Digest::of(b"c"), Digest::of(b"m"), RunNumber::FIRST.next()),
        ];
        let orders = seeds.map(|seed| order(items(24), seed));
        for (at, one) in orders.iter().enumerate() {
            let mut sorted = one.clone();
            sorted.sort();
            let mut all = items(24);
            all.sort();
            assert_eq!(sorted, all);
            assert!(orders.iter().skip(at + 1).all(|other| other != one));
        }
    }

    #[test]
    fn each_item_comes_first_about_equally_often() {
        let mut first = [0_u32; 6];
        for number in 0..6000_u64 {
            let order = order(items(6), Digest::of(&number.to_be_bytes()));
            let name = order[0].as_str();
            first[name[5..].parse::<usize>().unwrap()] += 1;
        }
        assert!(first.iter().all(|count| (850..1150).contains(count)), "{first:?}");
    }
}
