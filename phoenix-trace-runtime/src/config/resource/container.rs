//! The id of the container that the process runs in, from what the kernel shows of its control groups and mounts.

/// By the control groups of version 1, else, where they show nothing, by the mounts, as it is with version 2.
pub(super) fn id(cgroup: &str, mountinfo: &str) -> Option<String> {
    of_cgroup(cgroup).or_else(|| of_mounts(mountinfo))
}

/// `12:memory:/kubepods/burstable/pod…/<id>`, `…/docker-<id>.scope`, `…/cri-containerd-<id>.scope`.
fn of_cgroup(cgroup: &str) -> Option<String> {
    cgroup.lines().find_map(|line| {
        let (_, last) = line.rsplit_once('/')?;
        let last = last.strip_suffix(".scope").unwrap_or(last);
        let last = last.rsplit_once('-').map_or(last, |(_, id)| id);
        let last = last.rsplit_once(':').map_or(last, |(_, id)| id);
        is_id(last).then(|| last.to_owned())
    })
}

/// Container runtimes mount `/etc/hostname` from a directory named by the id.
fn of_mounts(mountinfo: &str) -> Option<String> {
    let about = |line: &&str| line.contains("/hostname") || line.contains("/resolv.conf");
    let within = |line: &str| {
        line.split(['/', ' '])
            .find(|part| is_id(part))
            .map(str::to_owned)
    };
    mountinfo.lines().filter(about).find_map(within)
}

fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4fc1ac9a6bc5e1ec6ed3b5f4a1e0d4a3b1ae4dd36f3a5c1f7a4c1e31f3b2c9d0";

    #[test]
    fn the_id_is_found_where_runtimes_leave_it() {
        let check = |cgroup: &str, mounts: &str| {
            let [cgroup, mounts] = [cgroup, mounts].map(|text| text.replace("ID", ID));
            assert_eq!(
                id(&cgroup, &mounts).as_deref(),
                Some(ID),
                "{cgroup}{mounts}"
            );
        };
        check("13:name=systemd:/docker/ID\n", "");
        check("1:cpu:/\n12:memory:/kubepods/burstable/pod7d/ID\n", "");
        check("0::/system.slice/docker-ID.scope\n", "");
        check("0::/kubepods.slice/x.slice/cri-containerd-ID.scope\n", "");
        check(
            "1:name=systemd:/kuberuntime.slice/x:cri-containerd:ID\n",
            "",
        );
        check(
            "0::/\n",
            "1 2 0:3 / / rw - overlay overlay rw\n\
             473 456 254:1 /docker/containers/ID/hostname /etc/hostname rw - ext4 /dev/vda1 rw\n",
        );
        check(
            "0::/\n",
            "9 8 0:4 /var/lib/containers/storage/overlay-containers/ID/userdata/resolv.conf /etc/resolv.conf rw - xfs /x rw\n",
        );
    }

    #[test]
    fn outside_of_containers_there_is_none() {
        assert_eq!(
            id("0::/user.slice/user-1000.slice/session-2.scope\n", ""),
            None
        );
        let disk = format!("1 2 3:4 / /mnt/{ID} rw - ext4 /dev/sda rw\n");
        assert_eq!(id("0::/\n", &disk), None);
        assert_eq!(id("", ""), None);
    }
}
