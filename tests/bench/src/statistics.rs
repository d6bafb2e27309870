//! Median and spread of a few measurements on a machine that does other things too.

use serde::Serialize;

/// What a handful of values says.
#[derive(Serialize, Clone, Copy)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    /// The lowest and highest of the middle half.
    pub(crate) middle: (f64, f64),
}

impl Summary {
    /// Sums up at least one value.
    pub(crate) fn of(values: &[f64]) -> Summary {
        assert!(!values.is_empty(), "a summary of nothing");
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let position = share * (sorted.len() - 1) as f64;
            let (below, above) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
            below + (above - below) * position.fract()
        };
        Summary { median: at(0.5), middle: (at(0.25), at(0.75)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_outlier_moves_neither_median_nor_middle() {
        let summary = Summary::of(&[1.0, 2.0, 900.0, 3.0, 2.0]);
        assert_eq!(summary.median, 2.0);
        assert_eq!(summary.middle, (2.0, 3.0));
    }

    #[test]
    fn an_even_count_has_its_median_between_two_values() {
        assert_eq!(Summary::of(&[1.0, 2.0]).median, 1.5);
    }

    #[test]
    fn a_single_value_is_its_own_middle() {
        assert_eq!(Summary::of(&[4.0]).middle, (4.0, 4.0));
    }
}
