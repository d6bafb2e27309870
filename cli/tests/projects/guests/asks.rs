//! Has all that is in `two:components/echo` given back, with made-up values, by bindings: what came back is what was given.

wit_bindgen::generate!({ path: "wit", world: "asks", additional_derives: [PartialEq, Clone] });

use two::components::echo::{self, Color, Inner, Many, Plain, Rights, Shape};

struct Asks;

export!(Asks);

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn flip(&mut self) -> bool {
        self.next() & 1 == 1
    }

    fn float(&mut self) -> f64 {
        self.next() as i64 as f64 / 1e9
    }

    fn letter(&mut self) -> char {
        char::from_u32(self.below(0x11_0000) as u32).unwrap_or('ß')
    }

    fn list<T>(&mut self, mut make: impl FnMut(&mut Random) -> T) -> Vec<T> {
        (0..self.below(5)).map(|_| make(self)).collect()
    }

    fn option<T>(&mut self, make: impl FnOnce(&mut Random) -> T) -> Option<T> {
        self.flip().then(|| make(self))
    }

    fn text(&mut self) -> String {
        self.list(Random::letter).into_iter().collect()
    }

    fn inner(&mut self) -> Inner {
        let (small, large, is) = (self.next() as u8, self.next(), self.flip());
        Inner { small, large, is, half: self.float() as f32, text: self.text() }
    }

    fn plain(&mut self) -> Plain {
        Plain { one: self.next() as u16, two: self.next() as i64, three: self.float() as f32 }
    }

    fn shape(&mut self) -> Shape {
        match self.below(7) {
            0 => Shape::Nothing,
            1 => Shape::Single(self.float() as f32),
            2 => Shape::Double(self.float()),
            3 => Shape::Large(self.next()),
            4 => Shape::Text(self.text()),
            5 => Shape::Inner(self.inner()),
            _ => Shape::Pair((self.next() as i8, self.letter())),
        }
    }

    fn color(&mut self) -> Color {
        [Color::Red, Color::DarkGreen, Color::Blue][self.below(3) as usize]
    }
}

impl Guest for Asks {
    async fn ask(seed: u64, rounds: u32) -> String {
        let mut random = Random(seed);
        let r = &mut random;
        for round in 0..rounds {
            let n = (
                r.next() as u8,
                r.next() as i8,
                r.next() as u16,
                r.next() as i16,
                r.next() as u32,
                r.next() as i32,
                r.next(),
                r.next() as i64,
            );
            assert_eq!(echo::numbers(n.0, n.1, n.2, n.3, n.4, n.5, n.6, n.7), n, "{round}");
            let f = (r.float() as f32, r.float(), r.letter(), r.flip());
            assert_eq!(echo::floats(f.0, f.1, f.2, f.3), f, "{round}");
            let text = r.text();
            assert_eq!(echo::text(&text), text, "{round}");
            let (bytes, plain, inner) = (r.list(|r| r.next() as u8), r.list(Random::plain), r.inner());
            let sum = plain.iter().fold(0, |sum, plain| sum ^ plain.two as u64);
            assert_eq!(echo::borrowed(&text, &bytes, &plain, &inner), (text, bytes, sum, inner.large), "{round}");
            let lists = (
                r.list(|r| r.next() as u8),
                r.list(Random::text),
                r.list(Random::plain),
                r.list(|r| r.list(Random::shape)),
            );
            assert!(echo::lists(&lists.0, &lists.1, &lists.2, &lists.3) == lists, "lists {round}");
            let shape = r.shape();
            assert!(echo::give_shape(&shape) == shape, "shape {round}");
            let options = (r.option(|r| r.next() as u8), r.option(|r| r.option(Random::text)), r.option(Random::inner));
            let given = (options.0, options.1.as_ref().map(|text| text.as_deref()), options.2.as_ref());
            assert!(echo::options(given.0, given.1, given.2) == options, "options {round}");
            let outcome = if r.flip() { Ok(r.text()) } else { Err(r.color()) };
            let given = match &outcome {
                Ok(text) => Ok(text.as_str()),
                Err(color) => Err(color),
            };
            assert!(echo::outcome(given) == outcome, "outcome {round}");
            let bare = (
                if r.flip() { Ok(()) } else { Err(r.next()) },
                if r.flip() { Ok(r.float()) } else { Err(()) },
                if r.flip() { Ok(()) } else { Err(()) },
            );
            assert_eq!(echo::bare(bare.0, bare.1, bare.2), bare, "{round}");
            let named =
                (r.color(), Rights::from_bits_truncate(r.next() as u8), Many::from_bits_truncate(r.next() as u16));
            assert!(echo::named(named.0, named.1, named.2) == named, "named {round}");
            let (a, b, c, d) = (r.inner(), r.inner(), r.inner(), r.next());
            assert!(echo::wide(&a, &b, &c, d) == (d, c.clone(), b.clone(), a.clone()), "wide {round}");
            assert!(
                echo::wide_later(a.clone(), b.clone(), c.clone(), d).await == Ok((d, c, b, a)),
                "wide later {round}"
            );
            let (a, b, c) = (r.inner(), r.shape(), r.list(Random::text));
            assert!(echo::later(a.clone(), b.clone(), c.clone()).await == (c, b, a), "later {round}");
            echo::nothing().await;
        }
        format!("{rounds} rounds")
    }
}
