//! Devices: registered, installed, used, moved, corrected, taken out of service.

use domain::codes::{DeviceState, Role};
use domain::qc::may_be_used;
use domain::records::device::Device;
use domain::records::device_test::evidence_of;
use serde_json::json;

use super::city;
use super::model::Wish;
use super::story::{self, Story, Task};

const MAKERS: [&str; 6] =
    ["示例影像科技", "示例医疗装备", "示例电子", "Example Imaging", "示例射线仪器", "Example Radiologics"];
const PLACES: [&str; 6] = ["1号机房", "2号机房", "3号机房", "放射科A室", "放射科B室", "门诊楼101室"];

impl Story {
    /// The devices of an institution are registered together: one batch of one signer.
    pub fn register(&mut self, org: usize) {
        let Some(clerk) = self.of_org(org, Role::ProtectionOfficer).filter(|_| self.clerk(org).is_some()) else {
            return;
        };
        let number = std::mem::take(&mut self.orgs[org].planned_devices);
        let mut wishes = Vec::new();
        for index in 0..number {
            let id = self.model.id();
            self.orgs[org].devices.push(self.devices.len());
            self.devices.push(story::Device { id, org });
            wishes.push(self.registration(org, self.devices.len() - 1, index));
        }
        let first = self.devices.len() - number;
        self.act_all(clerk, wishes);
        for device in first..self.devices.len() {
            self.after(1, Task::Install(device));
        }
    }

    fn registration(&mut self, org: usize, device: usize, index: usize) -> Wish {
        let (kind, name, class, voltage) = city::device(self.orgs[org].sort, index, &mut self.model.luck);
        let today = self.model.day();
        let bought = today.add_days(-(90 + self.model.luck.below(2_500) as i64));
        let made = bought.add_days(-(20 + self.model.luck.below(300) as i64));
        let maker = self.model.luck.pick(&MAKERS);
        let model = format!("SL-{}{}", kind, 100 + self.model.luck.below(900));
        let data = json!({"institution": self.orgs[org].id.to_string(), "kind": kind, "device_no": format!("{:03}", self.orgs[org].devices.len() + index),
            "name": name, "model": model, "maker": maker, "factory_no": format!("EX{:06}", device + 1),
            "tube_voltage_v": voltage, "made_on": made.to_string(), "bought_on": bought.to_string(),
            "location": self.model.luck.pick(&PLACES), "ray_class": class});
        Wish::new("device.registered", self.devices[device].id, data).on(today)
    }

    /// It is installed.
    pub fn install(&mut self, device: usize) {
        let place = self.model.luck.pick(&PLACES);
        let today = self.model.day();
        if self.device_act(
            device,
            Wish::new("device.installed", self.devices[device].id, json!({"location": place})).on(today),
        ) {
            self.after_installing(device);
        }
    }

    /// It is put in use, with its acceptance test; what was in use before has it from before this ledger knew tests.
    pub fn put_in_use(&mut self, device: usize) {
        let Some(known) = self.device(device) else { return };
        let first = known.in_use_since.is_none();
        let tests = evidence_of(self.devices[device].id, &self.model.memory).expect("memory holds everything");
        let today = self.model.day();
        let accepted = may_be_used(&tests, known.to_be_tested_since(), today);
        if known.state == DeviceState::Decommissioned || !(first || (known.awaits_acceptance() && accepted)) {
            return;
        }
        let wish = Wish::new("device.put_in_use", self.devices[device].id, json!({"legacy": !accepted})).on(today);
        if self.device_act(device, wish) && first {
            self.begin_testing(device, accepted);
        }
    }

    /// It runs again after a repair or a pause.
    pub fn back_in_use(&mut self, device: usize) {
        let why = match self.device_state(device) {
            Some(DeviceState::Repair) => "REPAIRED",
            Some(DeviceState::Standby | DeviceState::OutOfService) => "RESUMED",
            _ => return,
        };
        if self.device(device).is_some_and(Device::awaits_acceptance) {
            return;
        }
        let today = self.model.day();
        let data = json!({"to": DeviceState::InUse.as_str(), "why": why});
        self.device_act(device, Wish::new("device.state_changed", self.devices[device].id, data).on(today));
    }

    /// Something about a device changes; false when nothing could be done.
    pub fn edit_device(&mut self, device: usize) -> bool {
        let id = self.devices[device].id;
        let Some(state) = self.device_state(device) else { return false };
        let today = self.model.day();
        match (self.model.luck.below(20), state) {
            (0..=8, DeviceState::InUse) => {
                let (to, why) = self.model.luck.pick(&[
                    (DeviceState::Repair, "FAULT"),
                    (DeviceState::Repair, "FAULT"),
                    (DeviceState::Standby, "LOW_DEMAND"),
                    (DeviceState::OutOfService, "RENOVATION"),
                ]);
                let wish = Wish::new("device.state_changed", id, json!({"to": to.as_str(), "why": why})).on(today);
                let done = self.device_act(device, wish);
                if done {
                    let days = 3 + self.model.luck.below(60) as i64;
                    self.after(days, Task::BackInUse(device));
                }
                done
            }
            (9..=12, DeviceState::InUse | DeviceState::Standby | DeviceState::Installed) => {
                let place = format!(
                    "{}（改造后{}）",
                    self.model.luck.pick(&PLACES),
                    city::numeral(1 + self.model.luck.below(20))
                );
                let since = today.add_days(-(self.model.luck.below(5) as i64));
                self.device_act(device, Wish::new("device.moved", id, json!({"location": place})).on(since))
            }
            (13..=18, state) if state != DeviceState::Decommissioned => {
                let Some(wrong) =
                    self.correctable("device", id, &["device.registered", "device.moved", "device.corrected"])
                else {
                    return false;
                };
                let set = match self.model.luck.below(3) {
                    0 => json!({"model": format!("SL-R{}", 100 + self.model.luck.below(900))}),
                    1 => json!({"tube_current_ua": 100_000 + 1_000 * self.model.luck.below(500)}),
                    _ => json!({"factory_no": format!("EX{:06}-{}", device + 1, self.model.size())}),
                };
                let wish = Wish::new("device.corrected", id, json!({"set": set}))
                    .correcting(wrong)
                    .because("ENTRY_ERROR", None);
                self.device_act(device, wish)
            }
            (19, DeviceState::OutOfService | DeviceState::Standby) => self.dispose(device),
            _ => false,
        }
    }

    /// The devices of an institution that ends: out of use, most of them disposed of.
    pub fn retire_devices(&mut self, org: usize) {
        for device in self.orgs[org].devices.clone() {
            if self.device_state(device) == Some(DeviceState::InUse) {
                let today = self.model.day();
                let data = json!({"to": DeviceState::OutOfService.as_str(), "why": "OTHER"});
                self.device_act(device, Wish::new("device.state_changed", self.devices[device].id, data).on(today));
            }
            if self.device_state(device).is_some_and(|state| state != DeviceState::Decommissioned)
                && self.model.luck.percent(80)
            {
                self.dispose(device);
            }
        }
    }

    fn dispose(&mut self, device: usize) -> bool {
        let today = self.model.day();
        let data = json!({"method": "DISABLED", "evidence": "X射线管已拆除并留存影像（示例）"});
        self.device_act(device, Wish::new("device.decommissioned", self.devices[device].id, data).on(today))
    }

    /// An event of a device by the protection officer of its institution, while that is open.
    pub fn device_act(&mut self, device: usize, wish: Wish) -> bool {
        let org = self.devices[device].org;
        let officer = self.of_org(org, Role::ProtectionOfficer).filter(|_| self.clerk(org).is_some());
        if let Some(officer) = officer {
            self.act(officer, wish);
        }
        officer.is_some()
    }

    /// State of a device, once registered.
    pub fn device_state(&self, device: usize) -> Option<DeviceState> {
        self.device(device).map(|device| device.state)
    }

    /// A device as the ledger has it.
    pub fn device(&self, device: usize) -> Option<&Device> {
        self.model.entry("device", self.devices[device].id).and_then(|entry| entry.state.device())
    }
}
