//! Every packed format, against what another implementation makes of the same bytes.

use crate::engine::blocks::{Packed, Rounded};
use crate::engine::formats::{FileFormat, Q3K, Q4K, Q5K, Q6K, Q40, Q41, Q50, Q51, Q80};

const WIDTH: usize = 256;
const ROWS: usize = 4;
/// The numbers that are compared one by one.
const PICKED: [usize; 8] = [0, 17, 100, 255, 256, 511, 700, 1023];

/// Four rows of bytes from a fixed sequence whose pairs of bytes are ordinary halves.
fn numbers<F: FileFormat>() -> (Packed<F>, Vec<f32>) {
    let mut packed = F::empty(ROWS * WIDTH / 32 / F::BLOCKS);
    for (at, byte) in F::bytes_mut(&mut packed).iter_mut().enumerate() {
        *byte = ((at * at * 7 + at * 13 + 5) % 251) as u8 & [0xff, 0x3f][at % 2];
    }
    let matrix = Packed::<F>::new(packed, WIDTH);
    let mut numbers = Vec::new();
    (0..ROWS).for_each(|row| matrix.unpacked_row(row, &mut numbers));
    (matrix, numbers)
}

fn check<F: FileFormat>(picked: [f64; 8], sum: f64, squares: f64) {
    let name = std::any::type_name::<F>();
    let (matrix, numbers) = numbers::<F>();
    for (at, expected) in PICKED.into_iter().zip(picked) {
        let found = f64::from(numbers[at]);
        assert!(
            (found - expected).abs() <= 1e-5 * expected.abs().max(0.01),
            "{name} {at}: {found}, {expected}"
        );
    }
    let found: f64 = numbers.iter().map(|number| f64::from(*number)).sum();
    assert!((found - sum).abs() < 1e-5 * squares.sqrt(), "{name}: {found} instead of {sum}");
    let found: f64 = numbers.iter().map(|number| f64::from(*number).powi(2)).sum();
    assert!((found / squares - 1.0).abs() < 1e-5, "{name}: {found} instead of {squares}");
    let row: Vec<f32> = (0..WIDTH).map(|at| (at as f32 * 0.7).sin()).collect();
    let products = matrix.products(&Rounded::new(&row, WIDTH));
    for (product, weights) in products.iter().zip(numbers.chunks_exact(WIDTH)) {
        let expected: f64 = weights.iter().zip(&row).map(|(weight, number)| f64::from(weight * number)).sum();
        let size: f64 = weights.iter().map(|weight| f64::from(weight.abs())).sum();
        assert!(
            (f64::from(*product) - expected).abs() < 1e-3 * size,
            "{name}: {product} instead of {expected}"
        );
    }
}

#[test]
fn each_format_is_unpacked_as_candle_0_11_does() {
    check::<Q40>(
        [
            0.007352829,
            -0.014705658,
            -3.0683594,
            -0.14251709,
            0.03299713,
            -2.5351563,
            0.002149582,
            -0.0046663284,
        ],
        -296.57872945070267,
        3509.4085004529525,
    );
    check::<Q41>(
        [0.078546524, 0.063840866, 1.8032227, 0.2939453, 0.06734806, 0.009776115, 0.3973782, 0.0019073486],
        838.3933577537537,
        4329.567483926754,
    );
    check::<Q50>(
        [0.009803772, -0.03186226, 0.6173706, -0.009212494, 0.10949707, -0.2097702, 0.21713257, -0.00419569],
        -329.80238515138626,
        6731.423666423306,
    );
    check::<Q51>(
        [
            0.112859726,
            0.063840866,
            0.24926084,
            0.0038013458,
            0.0043849945,
            0.017089844,
            1.8224487,
            0.25930786,
        ],
        3380.7443674206734,
        51420.94140773616,
    );
    check::<Q80>(
        [0.14460564, 0.044116974, -16.114258, 1.6805115, -0.29522705, 5.411133, -0.034341812, 9.288696],
        2305.022179543972,
        194678.29213342466,
    );
    check::<Q3K>(
        [-0.0038321614, -0.0014095306, 0.0, 0.0051095486, -2.9953003, 3.7141724, 15.774414, 17.827637],
        2413.4221477508545,
        267189.83920927485,
    );
    check::<Q4K>(
        [-2.3029327, -2.202444, -2.6773453, -0.04178238, 1.0845125, 0.0, -0.23212558, 6.0703125],
        19340.291528105736,
        4393945.100595232,
    );
    check::<Q5K>(
        [-1.5995121, -0.89609146, -2.5302887, -0.046684265, 17.23096, 0.19161987, 9.248766, 12.644531],
        131168.84990882874,
        102428532.93382011,
    );
    check::<Q6K>(
        [-0.05756879, 0.0032951832, -0.3163376, -0.32564163, -0.24072075, -0.8804741, 1.3111572, -840.52734],
        -15706.429153680801,
        230242445.21753162,
    );
}
