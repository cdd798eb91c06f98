//! Lies about what was planned, who signed, and what stands between the lines.

use std::fs;

use serde_json::Value;

use super::{Lie, found_out, honest, retold};
use crate::forgery::Forgery;

#[test]
fn a_plan_contradicts_neither_itself_nor_the_order_that_follows_from_it() {
    let lies: [Lie; 7] = [
        ("another kind of chamber", "names a kind of chamber that this version does not have", |forgery| {
            forgery.replan(|plan| plan["chamber"] = "vault".into());
            forgery.redraw(|_| {});
        }),
        ("a script of another name", "names a script that does not exist", |forgery| {
            forgery.replan(|plan| plan["model"]["name"] = "a-great-model".into());
        }),
        ("a look whose order was chosen", "and yet somebody chose the order of its items", |forgery| {
            forgery.replan(|plan| {
                let subject = types::Digest::of(b"subject").to_string();
                plan["seed"] = 7.into();
                plan["case"] = serde_json::json!({"case": "c-1", "look": "first", "subject": subject});
            });
        }),
        ("an item twice", "does not name each item of a suite once", |forgery| {
            forgery.replan(|plan| {
                let items = plan["suite"]["items"].as_array_mut().unwrap();
                items.push(items[0].clone());
            });
        }),
        ("an item left out", "runs/1/", |forgery| {
            forgery.replan(|plan| drop(plan["suite"]["items"].as_array_mut().unwrap().pop()));
        }),
        ("another order", "is not the item that the plan's order gives next", |forgery| {
            let lines = &forgery.lines;
            let items: Vec<Value> = lines.iter().map(|line| line["item"].clone()).collect();
            let first = items.iter().find(|item| item.is_string()).unwrap().clone();
            let last = items.iter().rfind(|item| item.is_string()).unwrap().clone();
            for line in &mut forgery.lines {
                let swapped = if line["item"] == first { &last } else { &first };
                if line["item"] == first || line["item"] == last {
                    line["item"] = swapped.clone();
                }
            }
        }),
        ("an order that was chosen", "is not the item that the plan's order gives next", |forgery| {
            forgery.replan(|plan| plan["commitment"] = types::Digest::of(b"suits better").to_string().into());
            let mut chosen = 0_u8;
            // Some commitments give the same order of four items; this one must not.
            while order(forgery) == order_told(forgery) {
                chosen += 1;
                forgery.replan(|plan| plan["commitment"] = types::Digest::of(&[chosen]).to_string().into());
            }
            let plan = flows::plan::Plan::read(&forgery.out).unwrap().0;
            forgery.lines[0]["commitment"] = plan.commitment.to_string().into();
        }),
    ];
    found_out(&honest(), "honest", &lies);
}

fn order(forgery: &Forgery<'_>) -> Vec<String> {
    let plan = flows::plan::Plan::read(&forgery.out).unwrap().0;
    plan.order(types::RunNumber::FIRST).iter().map(ToString::to_string).collect()
}

fn order_told(forgery: &Forgery<'_>) -> Vec<String> {
    let started = forgery.lines.iter().filter(|line| line["record"] == "attempt_started");
    started.map(|line| line["item"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn nothing_hides_between_what_is_read() {
    let lies: [Lie; 4] = [
        ("in a transcript's line", "is not written as this program writes it", |forgery| {
            retold(forgery, |events| events[2]["certified"] = true.into());
        }),
        ("after a transcript's last line", "ends in the middle of a line", |forgery| {
            let file = forgery.out.join(forgery.transcript());
            let text = fs::read_to_string(&file).unwrap();
            fs::write(file, text + "certified by someone").unwrap();
            forgery.redraw(|_| {});
        }),
        ("in the plan", "plan.json: is not written as this program writes it", |forgery| {
            let file = forgery.out.join("plan.json");
            let text = fs::read_to_string(&file).unwrap();
            fs::write(&file, text + "\n\n").unwrap();
            forgery.lines[0]["plan"] = types::Digest::of(&fs::read(&file).unwrap()).to_string().into();
            forgery.redraw(|_| {});
        }),
        ("in the controls", "controls.json: is not what belongs there", |forgery| {
            let file = forgery.out.join("runs/1/controls.json");
            let text = fs::read_to_string(&file).unwrap();
            fs::write(&file, text + "\n").unwrap();
            forgery.redraw(|_| {});
        }),
    ];
    found_out(&honest(), "honest", &lies);
}

#[test]
fn the_key_in_the_package_is_the_one_that_signed() {
    let (house, other) = (honest(), honest());
    let mut forgery = Forgery::of(&house, "honest");
    fs::copy(other.key(), forgery.out.join("signer.pub")).unwrap();
    forgery.redraw(|_| {});
    forgery.sign();
    house.verify("out").with(8).says("signer.pub: is not the key that signed");
}
