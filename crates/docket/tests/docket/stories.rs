//! What a case can go through, told from outside: each trap of the field is a test.

use crate::house::{DAY, House, at, budget, day, digest, memo, own, subject, terms, text};
use docket::acts::access::Act as Access;
use docket::acts::assessment::Act as Assessment;
use docket::acts::consultation::Act as Consultation;
use docket::acts::delta::{Act as Delta, Change};
use docket::acts::determination::Act as Determination;
use docket::acts::fast_lane::{Act as FastLane, Step};
use docket::acts::grants::Act as Grants;
use docket::acts::inquiry::{Act as Inquiry, Expectation};
use docket::acts::items::{Act as Items, Audience, Content, Marking};
use docket::acts::partner::Act as Partner;
use docket::acts::reconsideration::{Act as Reconsideration, NO_LEGAL_RIGHT};
use docket::acts::safeguards::{Act as Safeguards, Keeping, Kind};
use docket::acts::standing::Act as Standing;
use docket::acts::window::{Act as Window, Ending, LossCause, LostTime};
use docket::view::{DeterminationLine, DeveloperView, OfficeView, PublicFigures, WindowLine};
use docket::{Refusal, Whose, deadlines, next_due};

impl House {
    fn office(&self, days: i64) -> OfficeView {
        OfficeView::of(self.case.state().file().unwrap(), day(days))
    }

    fn developer(&self, days: i64) -> DeveloperView {
        DeveloperView::of(self.case.state().file().unwrap(), day(days))
    }

    fn work(&mut self, name: &str, business_days: u32, days: i64) {
        let plan = Window::PlanWork { work: text(name), what: text("a part"), business_days };
        self.one("eva", plan, day(days)).unwrap();
    }
}

fn grant(name: &str, until: i64) -> Grants {
    Grants::Grant {
        grant: text(name),
        person: text("eva"),
        mode: docket::acts::access::Mode::Api,
        purpose: text("measure"),
        until: day(until),
    }
}

#[test]
fn the_ordinary_case() {
    let mut house = House::with_window(day(0));
    house.one("oda", grant("g", 99), day(1)).unwrap();
    let spends = budget(50, 100);
    let look = Delta::PlanLook { look: text("look"), subject: subject().digest(), spends };
    house.one("eva", look, day(2)).unwrap();
    house
        .one("eva", Delta::RecordResult { look: text("look"), evidence: digest("package") }, day(9))
        .unwrap();
    house.consulted(day(9));
    house
        .one("con", Consultation::Comment { comment: text("fine"), document: digest("letter") }, day(10))
        .unwrap();
    let give = Assessment::Give {
        assessment: digest("assessment"),
        given: text("profile and interval"),
        why_that_much: text("items stay sealed"),
    };
    house.one("oda", give, day(12)).unwrap();
    house
        .one("dee", Assessment::Respond { response: digest("reply"), words: text("agreed") }, day(13))
        .unwrap();
    house.one("ola", Determination::Attest(memo("package", "m")), day(14)).unwrap();
    house.one("des", Determination::Determine(memo("package", "m")), day(14)).unwrap();
    house.one("oda", Window::Finish {}, day(15)).unwrap();
    let both = [own("dee"), own("oda")];
    let select = Partner::Select { partner: text("grid"), from: day(20), until: day(50) };
    house.act(&both, select, day(16)).unwrap();
    let partner_grant =
        Partner::Grant { grant: text("pg"), partner: text("grid"), person: text("par"), until: day(99) };
    assert_eq!(house.act(&both, partner_grant.clone(), day(19)), Err(Refusal::NoPartnerWindow));
    house.act(&both, partner_grant, day(20)).unwrap();
    assert_eq!(house.one("oda", Standing::Close {}, day(21)), Err(Refusal::StillOpen));
    assert_eq!(
        house.one("oda", Standing::Close {}, day(50)).unwrap(),
        ["partner.window_closed", "standing.closed"]
    );
    let view = house.office(51);
    assert_eq!(view.standing, "closed");
    assert!(matches!(view.determination, DeterminationLine::Determined(_)));
    assert_eq!(view.grants[0].until, day(15), "the grant ended with the window");
    assert_eq!(view.partner_grants[0].until, day(50));
}

#[test]
fn an_inquiry_needs_no_access_and_access_no_inquiry() {
    let mut house = House::new();
    let open = Standing::Open { developer: text("acme"), model: text("atlas 7") };
    house.one("dee", open, day(0)).unwrap();
    house.one("dee", Inquiry::Ask { question: text("is it covered?") }, day(0)).unwrap();
    assert_eq!(house.one("dee", Inquiry::Ask { question: text("well?") }, day(1)), Err(Refusal::InquiryOpen));
    let answer = Inquiry::Answer { expectation: Expectation::LikelyNotCovered, why: text("small") };
    house.one("oda", answer, day(2)).unwrap();
    house.one("oda", Standing::Close {}, day(3)).unwrap();
    let view = house.office(4);
    assert_eq!(view.window, WindowLine::Unopened);
    assert_eq!(view.determination, DeterminationLine::NoDeterminationMade);
    assert_eq!(House::with_window(day(0)).office(0).inquiry, None);
}

#[test]
fn the_window_closes_on_day_31_and_lists_what_was_left_undone() {
    let mut house = House::with_window(day(0));
    house.work("ranges", 5, 1);
    house.work("fuzzing", 5, 1);
    house.one("eva", Window::FinishWork { work: text("ranges") }, day(20)).unwrap();
    house.one("oda", grant("g", 99), day(20)).unwrap();
    assert_eq!(next_due(house.case.state()), Some(day(30)));
    assert!(house.time(at(30 * DAY - 1)).is_empty());
    assert!(matches!(house.office(29).window, WindowLine::Open { day: 30, .. }));
    // The timer comes two days late; the window closed on time all the same.
    assert_eq!(house.time(day(32)), ["window.closed"]);
    let unfinished = vec![text("fuzzing")];
    let ending = Ending::RanOut { unfinished };
    let closed = WindowLine::Closed { opened_at: day(0), closed_at: day(30), ending };
    assert_eq!(house.office(32).window, closed);
    assert_eq!(house.office(32).grants[0].until, day(30));
    assert!(house.time(day(33)).is_empty());
    assert_eq!(house.one("oda", grant("h", 99), day(33)), Err(Refusal::WindowNotOpen));
    assert_eq!(house.one("oda", Window::Open {}, day(33)), Err(Refusal::WindowOpened));
}

#[test]
fn an_act_after_the_end_finds_the_window_closed_though_no_timer_came() {
    let mut house = House::with_window(day(0));
    assert_eq!(house.one("oda", grant("g", 99), day(30)), Err(Refusal::WindowNotOpen));
    let happened = house.one("dee", Standing::PlanRelease { at: day(40) }, day(31)).unwrap();
    assert_eq!(happened, ["window.closed", "standing.release_planned"]);
}

#[test]
fn the_cap_counts_back_from_the_release_to_other_trusted_partners() {
    let mut house = House::new();
    let mut terms = terms();
    terms.planned_release = Some(day(10));
    house.offered(day(0), terms);
    house.one("oda", Access::Accept {}, day(0)).unwrap();
    house
        .one("des", Access::CommitThreshold { commitment: digest("t"), budget: budget(1, 1) }, day(0))
        .unwrap();
    house.one("aud", Access::CosignThreshold { checkpoint: digest("log") }, day(0)).unwrap();
    house.one("oda", Window::Open {}, day(0)).unwrap();
    assert_eq!(next_due(house.case.state()), Some(day(10)));
    // Later is the developer's to say, and never gives more than 30 days.
    house.one("dee", Standing::PlanRelease { at: day(90) }, day(5)).unwrap();
    assert_eq!(next_due(house.case.state()), Some(day(30)));
    // Now: the window ends at once, and grants with it.
    house.one("oda", grant("g", 99), day(6)).unwrap();
    let happened = house.one("dee", Standing::PlanRelease { at: day(1) }, day(7)).unwrap();
    assert_eq!(happened, ["standing.release_planned", "window.closed"]);
    let ending = Ending::ReleaseCame { unfinished: vec![] };
    let closed = WindowLine::Closed { opened_at: day(0), closed_at: day(7), ending };
    assert_eq!(house.office(8).window, closed);
    assert_eq!(house.office(8).grants[0].until, day(7));
}

#[test]
fn an_extension_needs_the_developers_signature() {
    let mut house = House::with_window(day(0));
    let extend = |until| Window::Extend { until: day(until) };
    for by in [&[own("oda")][..], &[own("oda"), own("ola")], &[own("dee")], &[own("dee"), own("dee")]] {
        assert!(house.act(by, extend(40), day(1)).is_err());
    }
    let both = [own("oda"), own("dee")];
    assert_eq!(house.act(&both, extend(30), day(1)), Err(Refusal::ExtensionBackward));
    assert_eq!(house.act(&both, extend(61), day(1)), Err(Refusal::ExtensionTooLong));
    house.act(&both, extend(60), day(1)).unwrap();
    assert_eq!(next_due(house.case.state()), Some(day(60)));
    assert_eq!(house.time(day(60)), ["window.closed"]);
}

#[test]
fn lost_days_stand_beside_the_clock() {
    let mut house = House::with_window(day(0));
    let lost = |from, until| {
        Window::LoseTime(LostTime { cause: LossCause::LateKeys, from: day(from), until: day(until) })
    };
    house.one("oda", lost(0, 3), day(5)).unwrap();
    house.one("eva", lost(2, 4), day(5)).unwrap();
    assert_eq!(house.one("eva", lost(2, 4), day(5)), Err(Refusal::AlreadyLost));
    assert_eq!(house.one("eva", lost(4, 6), day(5)), Err(Refusal::LostOutside));
    assert_eq!(house.one("eva", lost(-1, 1), day(5)), Err(Refusal::LostOutside));
    assert_eq!(house.developer(5).lost.total_millis, 4 * DAY.unsigned_abs(), "an instant is lost once");
    assert_eq!(next_due(house.case.state()), Some(day(30)));
}

#[test]
fn withdrawing_on_day_3_leaves_no_mark() {
    let mut house = House::with_window(day(0));
    house.work("ranges", 5, 1);
    house.one("oda", grant("g", 99), day(1)).unwrap();
    house.act(&[own("oda"), own("ola")], lease(), day(1)).unwrap();
    let promise = Safeguards::Promise {
        safeguard: text("filters"),
        kind: Kind::Filters,
        what: text("filter exploits"),
        due_at: day(20),
    };
    house.one("dee", promise, day(1)).unwrap();
    assert_eq!(house.one("dee", Standing::Withdraw {}, day(3)).unwrap(), ["standing.withdrawn"]);
    let view = house.office(40);
    let ending = Ending::Withdrawn;
    assert_eq!(view.window, WindowLine::Closed { opened_at: day(0), closed_at: day(3), ending });
    assert_eq!((view.grants[0].until, view.leases[0].until), (day(3), day(3)));
    assert_eq!(view.safeguards[0].keeping, Keeping::Ended);
    assert!(house.time(day(40)).is_empty(), "nothing lapses later");
    let public = serde_json::to_value(PublicFigures::of([house.case.state()])).unwrap();
    assert_eq!(public["safeguards_lapsed"], 0);
    assert_eq!(public["reviews"], 1);
    assert!(!public.to_string().contains("withdraw"), "a figure for withdrawals would be a mark");
    assert_eq!(house.one("dee", Access::Offer(terms()), day(41)), Err(Refusal::CaseWithdrawn));
}

fn lease() -> Grants {
    Grants::OpenLease { lease: text("lease"), artefact: digest("weights") }
}

#[test]
fn a_lease_takes_two_persons_once_and_lasts_until_the_window_ends() {
    let mut house = House::with_window(day(0));
    assert!(matches!(house.one("oda", lease(), day(1)), Err(Refusal::WrongSigners { .. })));
    house.act(&[own("oda"), own("ola")], lease(), day(1)).unwrap();
    assert_eq!(house.office(1).leases[0].until, day(30));
}

#[test]
fn a_determination_may_follow_closing_or_withdrawal_or_no_access_at_all() {
    for end in [Standing::Withdraw {}, Standing::Close {}] {
        let mut house = House::new();
        let open = Standing::Open { developer: text("acme"), model: text("atlas 7") };
        house.one("oda", open, day(0)).unwrap();
        let by = if end == (Standing::Close {}) { "oda" } else { "dee" };
        house.one(by, end, day(1)).unwrap();
        assert_eq!(house.office(1).determination, DeterminationLine::NoDeterminationMade);
        house.consulted(day(2));
        house.determine(day(4)).unwrap();
        assert!(matches!(house.office(5).determination, DeterminationLine::Determined(_)));
    }
}

#[test]
fn silence_is_no_comment_and_a_late_answer_is_kept_as_late() {
    let mut house = House::with_window(day(0));
    house.consulted(day(1));
    let open = Err(Refusal::ConsultationOpen { party: text("energy") });
    assert_eq!(house.determine(day(2)), open);
    assert_eq!(house.time(day(3)), ["consultation.no_comment"]);
    let comment = Consultation::Comment { comment: text("sorry"), document: digest("letter") };
    let stranger = house.one("cyd", comment.clone(), day(4));
    assert_eq!(stranger, Err(Refusal::NotAdmitted { person: text("cyd") }));
    house.gate = Box::new(docket::NoPolicies);
    assert_eq!(house.one("cyd", comment.clone(), day(4)), Err(Refusal::NotAsked));
    house.one("con", comment.clone(), day(4)).unwrap();
    assert_eq!(house.one("con", comment, day(4)), Err(Refusal::AlreadyCommented));
    let line = house.lines.last().unwrap();
    assert!(line.contains("\"timing\":\"late\""), "{line}");
    house.determine(day(5)).unwrap();
}

#[test]
fn somebody_is_asked_with_time_to_answer() {
    let mut house = House::with_window(day(0));
    let ask = |due_at| Consultation::Consult { party: text("energy"), question: text("well?"), due_at };
    assert_eq!(house.one("oda", ask(at(DAY - 1)), day(0)), Err(Refusal::DueTooSoon));
    assert_eq!(house.determine(day(2)), Err(Refusal::NothingConsulted));
}

#[test]
fn only_the_designator_determines_and_another_officer_attests() {
    let mut house = House::with_window(day(0));
    house.consulted(day(0));
    let determine = || Determination::Determine(memo("evidence", "memo"));
    assert_eq!(house.one("des", determine(), day(3)), Err(Refusal::NotAttested));
    house.one("des", Determination::Attest(memo("evidence", "memo")), day(3)).unwrap();
    assert_eq!(house.one("des", determine(), day(3)), Err(Refusal::SamePerson { person: text("des") }));
    house.one("ola", Determination::Attest(memo("evidence", "memo")), day(3)).unwrap();
    assert!(matches!(house.one("oda", determine(), day(3)), Err(Refusal::WrongSigners { .. })));
    let other = Determination::Determine(memo("evidence", "another memo"));
    assert_eq!(house.one("des", other, day(3)), Err(Refusal::NotAttested));
    // Another question to another department: what was attested no longer stands.
    let ask = Consultation::Consult { party: text("health"), question: text("you?"), due_at: day(5) };
    house.one("oda", ask, day(3)).unwrap();
    assert_eq!(house.one("des", determine(), day(5)), Err(Refusal::NotAttested));
    house.determine(day(5)).unwrap();
    assert_eq!(house.determine(day(6)), Err(Refusal::AlreadyDetermined));
}

#[test]
fn a_memo_rests_on_evidence_that_the_case_holds() {
    let mut house = House::with_window(day(0));
    house.consulted(day(0));
    let attest = |memo| Determination::Attest(memo);
    let missing = house.one("ola", attest(memo("hearsay", "m")), day(3));
    assert_eq!(missing, Err(Refusal::EvidenceNotHeld));
    let mut empty = memo("evidence", "m");
    empty.evidence.clear();
    assert_eq!(house.one("ola", attest(empty), day(3)), Err(Refusal::EmptyMemo));
}

#[test]
fn reconsideration_takes_new_evidence_and_gives_no_legal_right() {
    let mut house = House::with_window(day(0));
    house.consulted(day(0));
    house.determine(day(3)).unwrap();
    let request =
        |evidence| Reconsideration::Request { evidence: digest(evidence), what_is_new: text("a rerun") };
    assert_eq!(house.one("dee", request("evidence"), day(4)), Err(Refusal::OldEvidence));
    house.one("dee", request("rerun"), day(4)).unwrap();
    assert!(house.lines.last().unwrap().contains(NO_LEGAL_RIGHT));
    house.one("des", Reconsideration::Keep { why: text("the same result") }, day(5)).unwrap();
    assert_eq!(house.determine(day(6)), Err(Refusal::AlreadyDetermined));
    house.one("dee", request("rerun"), day(7)).unwrap();
    house.determine(day(8)).unwrap();
}

#[test]
fn a_delta_is_the_same_case_with_the_same_clock_and_the_same_budget() {
    let mut house = House::with_window(day(0));
    let look = |name: &str, subject: docket::acts::delta::Subject| Delta::PlanLook {
        look: text(name),
        subject: subject.digest(),
        spends: budget(25, 40),
    };
    house.one("eva", look("first", subject()), day(1)).unwrap();
    let change = Change::SystemPrompt(digest("prompt 2"));
    house.one("dee", Delta::Declare { change, note: text("a new prompt") }, day(2)).unwrap();
    let same = house.one("dee", Delta::Declare { change, note: text("again") }, day(2));
    assert_eq!(same, Err(Refusal::SameSubject));
    assert_eq!(next_due(house.case.state()), Some(day(30)));
    // The old subject's result still belongs to the old subject; a new look is at the new one.
    assert_eq!(house.one("eva", look("stale", subject()), day(3)), Err(Refusal::OtherSubject));
    house.one("eva", Delta::RecordResult { look: text("first"), evidence: digest("p1") }, day(3)).unwrap();
    let again = house.one("eva", Delta::RecordResult { look: text("first"), evidence: digest("p2") }, day(3));
    assert_eq!(again, Err(Refusal::LookDone));
    house.one("eva", look("second", subject().changed(change)), day(3)).unwrap();
    let left = house.office(3).error_budget_left.unwrap();
    assert_eq!((left.alpha_ppm.get(), left.beta_ppm.get()), (0, 20));
    let third = house.one("eva", look("third", subject().changed(change)), day(3));
    assert_eq!(third, Err(Refusal::BudgetSpent));
    let view = house.office(3);
    assert_eq!(view.looks[0].subject, subject().digest());
    assert_eq!(view.deltas, 1);
}

#[test]
fn the_threshold_is_fixed_before_access_and_stays() {
    let mut house = House::new();
    house.offered(day(0), terms());
    house.one("oda", Access::Accept {}, day(0)).unwrap();
    let commit = |name| Access::CommitThreshold { commitment: digest(name), budget: budget(50, 100) };
    assert_eq!(house.one("oda", Window::Open {}, day(0)), Err(Refusal::NoThreshold));
    house.one("oda", commit("t"), day(0)).unwrap();
    assert_eq!(house.one("oda", Window::Open {}, day(0)), Err(Refusal::NotCosigned));
    let cosign = || Access::CosignThreshold { checkpoint: digest("log") };
    assert!(matches!(house.one("oda", cosign(), day(0)), Err(Refusal::WrongSigners { .. })));
    house.one("aud", cosign(), day(0)).unwrap();
    assert_eq!(house.one("des", commit("lower"), day(0)), Err(Refusal::ThresholdFixed));
    house.one("oda", Window::Open {}, day(0)).unwrap();
    assert_eq!(house.one("des", commit("lower"), day(1)), Err(Refusal::ThresholdFixed));
}

#[test]
fn a_plan_that_needs_more_than_the_window_is_warned_of_at_opening() {
    let opened = |house: &House| house.lines.last().unwrap().clone();
    assert!(opened(&House::with_window(day(0))).contains("\"tight\":null"));
    let mut house = House::new();
    house.offered(day(0), terms());
    house.one("dee", Standing::PlanRelease { at: day(14) }, day(0)).unwrap();
    house.one("oda", Access::Accept {}, day(0)).unwrap();
    house
        .one("oda", Access::CommitThreshold { commitment: digest("t"), budget: budget(1, 1) }, day(0))
        .unwrap();
    house.one("dee", Access::CosignThreshold { checkpoint: digest("log") }, day(0)).unwrap();
    house.one("oda", Window::Open {}, day(0)).unwrap();
    let line = opened(&house);
    assert!(line.contains("\"tight\":{\"needs_business_days\":20,\"has_business_days\":10}"), "{line}");
}

#[test]
fn a_partner_window_needs_both_signatures_and_has_its_own_dates() {
    let mut house = House::with_window(day(0));
    let select = |from, until| Partner::Select { partner: text("grid"), from: day(from), until: day(until) };
    for by in [&[own("dee")][..], &[own("oda")], &[own("oda"), own("ola")], &[own("dee"), own("par")]] {
        assert!(house.act(by, select(1, 9), day(0)).is_err());
    }
    let both = [own("dee"), own("oda")];
    assert_eq!(house.act(&both, select(9, 1), day(0)), Err(Refusal::DatesDisorder));
    assert_eq!(house.act(&both, select(1, 400), day(0)), Err(Refusal::PartnerWindowTooLong));
    house.act(&both, select(1, 60), day(0)).unwrap();
    // The review window's end does not end it.
    house.time(day(30));
    let grant =
        Partner::Grant { grant: text("pg"), partner: text("grid"), person: text("par"), until: day(99) };
    assert!(house.act(&[own("oda")], grant.clone(), day(31)).is_err());
    house.act(&both, grant, day(31)).unwrap();
    // Each side ends it alone.
    house.one("par", Partner::EndWindow { partner: text("grid") }, day(40)).unwrap();
    assert_eq!(house.office(40).partner_grants[0].until, day(40));
}

#[test]
fn safeguards_are_delivered_or_lapse_and_both_sides_see_it() {
    let mut house = House::with_window(day(0));
    let promise = |name: &str, due| Safeguards::Promise {
        safeguard: text(name),
        kind: Kind::Monitoring,
        what: text("watch for exploits"),
        due_at: day(due),
    };
    house.one("dee", promise("a", 5), day(0)).unwrap();
    house.one("dee", promise("b", 5), day(0)).unwrap();
    let ask = Safeguards::AskEvidence { safeguard: text("a"), what_shows_it: text("a test report") };
    house.one("oda", ask, day(1)).unwrap();
    let deliver = |name: &str| Safeguards::Deliver { safeguard: text(name), evidence: digest("report") };
    house.one("dee", deliver("a"), day(4)).unwrap();
    assert_eq!(house.time(day(5)), ["safeguards.lapsed"]);
    assert_eq!(house.one("dee", deliver("b"), day(6)), Err(Refusal::SafeguardSettled));
    assert_eq!(house.office(6).safeguards, house.developer(6).safeguards);
    let figures = PublicFigures::of([house.case.state()]);
    let counted = (figures.safeguards_promised, figures.safeguards_delivered, figures.safeguards_lapsed);
    assert_eq!(counted, (2, 1, 1));
}

#[test]
fn the_fast_lane_takes_its_steps_in_order_and_measures_time_to_act() {
    let mut house = House::with_window(day(0));
    let find = FastLane::FindSuitable { party: text("energy"), purpose: text("patching") };
    house.one("oda", find, day(1)).unwrap();
    let skipped = house.one("con", FastLane::TakeStep { step: Step::Deployed }, day(2));
    assert_eq!(skipped, Err(Refusal::StepOrder));
    for (step, days) in [(Step::Assigned, 2), (Step::Trialled, 4), (Step::Deployed, 8)] {
        house.one("con", FastLane::TakeStep { step }, day(days)).unwrap();
    }
    assert_eq!(house.office(20).fast_lane[0].time_to_act_millis, 7 * DAY.unsigned_abs());
}

#[test]
fn other_clocks_and_all_dates_are_shown_beside_ours() {
    let mut house = House::with_window(day(0));
    let clock = Consultation::NoteClock { clock: text("aisi"), what: text("their test"), ends_at: day(12) };
    house.one("oda", clock, day(0)).unwrap();
    house.consulted(day(0));
    let dates: Vec<_> =
        deadlines(house.case.state(), day(1)).into_iter().map(|it| (it.at, it.whose)).collect();
    let expected = [
        (day(2), Whose::Comment(text("energy"))),
        (day(12), Whose::OtherClock(text("aisi"))),
        (day(30), Whose::ReviewWindow),
        (day(1_000), Whose::Retention(text("paper"))),
    ];
    assert_eq!(dates, expected);
}

#[test]
fn classified_material_is_referred_to_and_never_held() {
    let mut house = House::with_window(day(0));
    let enter = |content, marking| Items::Enter {
        item: text("x"),
        content,
        marking,
        basis: Some(text("an executive order")),
        lawful_basis: text("shared by its owner"),
        retain_until: day(99),
    };
    let held = house.one("oda", enter(Content::Held(digest("x")), Marking::Classified), day(0));
    assert_eq!(held, Err(Refusal::ClassifiedOutside));
    let opaque = "0".repeat(64);
    let reference: Content = serde_json::from_str(&format!("{{\"elsewhere\":\"{opaque}\"}}")).unwrap();
    house.one("oda", enter(reference, Marking::Classified), day(0)).unwrap();
    for audience in [Audience::House, Audience::Developer, Audience::Auditor, Audience::Public] {
        let export = Items::Export { audience, items: [text("x")].into(), digest: digest("file") };
        let refused = house.act(&[own("oda"), own("ola")], export, day(1));
        assert_eq!(refused, Err(Refusal::NotForThem));
    }
    assert!(serde_json::from_str::<Content>("{\"elsewhere\":\"REPORT-17-SECRET\"}").is_err());
}

#[test]
fn an_item_has_marking_basis_holders_retention_and_holds() {
    let mut house = House::with_window(day(0));
    let enter = |basis: Option<&str>| Items::Enter {
        item: text("notes"),
        content: Content::Held(digest("notes")),
        marking: Marking::Proprietary,
        basis: basis.map(text),
        lawful_basis: text("given by the developer"),
        retain_until: day(99),
    };
    assert_eq!(house.one("oda", enter(None), day(0)), Err(Refusal::NoBasis));
    house.one("oda", enter(Some("trade secret")), day(0)).unwrap();
    house.one("oda", Items::PassOn { item: text("notes"), holder: text("acme") }, day(1)).unwrap();
    let hold = Items::Hold { item: text("notes"), hold: text("court"), why: text("an order") };
    house.one("aud", hold, day(1)).unwrap();
    assert_eq!(house.developer(1).items[0].holds.len(), 1, "holds are visible to the developer");
    let delete = || Items::CertifyDeletion { item: text("notes"), certificate: digest("shredded") };
    assert_eq!(house.one("dee", delete(), day(2)), Err(Refusal::UnderHold));
    house.one("aud", Items::LiftHold { item: text("notes"), hold: text("court") }, day(3)).unwrap();
    house.one("dee", delete(), day(3)).unwrap();
    assert_eq!(house.one("dee", delete(), day(3)), Err(Refusal::NotAHolder));
    let export = |audience| Items::Export { audience, items: [text("notes")].into(), digest: digest("f") };
    assert!(matches!(house.one("oda", export(Audience::House), day(4)), Err(Refusal::WrongSigners { .. })));
    let two = [own("oda"), own("ola")];
    house.act(&two, export(Audience::House), day(4)).unwrap();
    assert_eq!(house.act(&two, export(Audience::Partner(text("grid"))), day(4)), Err(Refusal::NotForThem));
}
