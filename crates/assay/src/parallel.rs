//! Work spread over threads, with results in order.

use std::sync::Mutex;

/// `run` over every task on up to `threads` threads; the results stand in the order of the tasks, so that nothing
/// depends on how many threads there are. `std`'s scoped threads suffice: tasks here are few and long.
pub(crate) fn map<T: Send, R: Send>(tasks: Vec<T>, threads: usize, run: impl Fn(T) -> R + Sync) -> Vec<R> {
    if threads <= 1 || tasks.len() <= 1 {
        return tasks.into_iter().map(run).collect();
    }
    let threads = threads.min(tasks.len());
    let mut results: Vec<Option<R>> = tasks.iter().map(|_| None).collect();
    let queue = Mutex::new(tasks.into_iter().zip(results.iter_mut()));
    // Only `next` runs while the queue is held, so it cannot be poisoned.
    let next = || queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((task, place)) = next() {
                    *place = Some(run(task));
                }
            });
        }
    });
    drop(queue);
    results.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_stand_in_the_order_of_the_tasks() {
        let tasks: Vec<u64> = (0..100).collect();
        let wanted: Vec<u64> = tasks.iter().map(|n| n * n).collect();
        for threads in [0, 1, 2, 7, 1000] {
            assert_eq!(super::map(tasks.clone(), threads, |n| n * n), wanted, "{threads} threads");
        }
    }
}
