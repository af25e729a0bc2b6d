#!/usr/bin/env bash
# A real Slurm cluster of several virtual nodes on this machine, all of it in one directory.
#
#   cluster.sh start DIR [NODES [CPUS]]   then: . DIR/environment
#   cluster.sh stop DIR
#   cluster.sh kill-node DIR n1           as if its power went: daemon, job steps, jobs
#   cluster.sh start-node DIR n1
#   cluster.sh kill-controller DIR
#   cluster.sh start-controller DIR
#
# Needs Debian's slurmctld, slurmd, slurm-client, munge (tools/install_packages.sh slurm). Each node
# has host name, processes and mounts of its own, by unshare; root or a user that may make user
# namespaces.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

die() { echo "cluster.sh: $*" >&2; exit 1; }
[ $# -ge 2 ] || die "expected a command and a directory"
command=$1
dir=$(realpath -m "$2")
shift 2
[ ${#dir} -le 70 ] || die "$dir: too long for the path of a socket"

# Another package may own the plain names; these are Slurm's own where it did.
daemon_of() { command -v "$1-wlm" || command -v "$1" || die "no $1 in PATH"; }

within() { # SECONDS COMMAND...: waits until it succeeds
  local last=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt "$last" ] || return 1
    sleep 0.1
  done
}

isolation() {
  local options
  for options in "--uts --mount --pid" "--user --map-current-user --keep-caps --uts --mount --pid"; do
    # shellcheck disable=SC2086
    if unshare $options --fork --kill-child --mount-proc sh -c \
        'mount --bind /etc/hosts /etc/hosts && hostname x' 2>/dev/null; then
      echo "$options"
      return
    fi
  done
  die "namespaces can't be made here: needs root, or user namespaces"
}

# A daemon under a host name of its own. The shell stays as process 1, for it reaps what job steps leave
# behind; when it is killed, the kernel ends everything that it started.
launch() { # NAME PROGRAM ARGUMENT...
  local name=$1
  shift
  # shellcheck disable=SC2046
  setsid unshare $(cat "$dir/isolation") --fork --kill-child --mount-proc sh -c '
      mount --bind "$1" /etc/hosts && hostname "$2" || exit 1
      shift 2
      "$@" & wait $!' \
    sh "$dir/hosts" "$name" "$@" </dev/null >>"$dir/log/$name.out" 2>&1 &
  echo $! >"$dir/pid/$name"
}

end() { # NAME
  [ -e "$dir/pid/$1" ] || return 0
  kill -9 "$(cat "$dir/pid/$1")" 2>/dev/null || true
  rm -f "$dir/pid/$1"
}

start_node() {
  rm -rf "$dir/spool/$1"
  mkdir -p "$dir/spool/$1"
  # slurmd starts job steps by the path given here; the program must keep its name.
  launch "$1" "$(daemon_of slurmd)" -D -N "$1" -d "$dir/bin/slurmstepd"
}

start_controller() { launch controller "$(daemon_of slurmctld)" -D; }

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_ports() { # COUNT: the first of so many that no process listens on
  local count=$1 first i
  for _ in $(seq 20); do
    first=$((20000 + RANDOM % 20000))
    for ((i = 0; i < count; i++)); do
      if listens $((first + i)); then continue 2; fi
    done
    echo $first
    return
  done
  die "no free ports"
}

write_configuration() { # NODES CPUS
  local nodes=$1 cpus=$2 port names ports
  port=$(free_ports $((nodes + 1)))
  names=n1
  ports=$((port + 1))
  if [ "$nodes" -gt 1 ]; then
    names="n[1-$nodes]"
    ports="[$((port + 1))-$((port + nodes))]"
  fi
  cat >"$dir/slurm.conf" <<CONF
ClusterName=firesweep
SlurmctldHost=controller(127.0.0.1)
SlurmctldPort=$port
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
CredType=cred/munge
# The second number is also how long a job that is queued again has to wait, 120 s by default.
AuthInfo=socket=$dir/munge/socket,cred_expire=5
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool/%n
SlurmctldPidFile=$dir/pid/slurmctld.own
SlurmdPidFile=$dir/pid/slurmd-%n.own
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerCPU=100
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0,sched_min_interval=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
MaxArraySize=1001
MaxJobCount=5000
AccountingStorageType=accounting_storage/none
MinJobAge=300
KillWait=2
SlurmdTimeout=5
MessageTimeout=10
TCPTimeout=1
ReturnToService=2
# A virtual node may claim more than the machine has.
SlurmdParameters=config_overrides
JobRequeue=1
NodeName=$names NodeHostname=localhost NodeAddr=127.0.0.1 Port=$ports CPUs=$cpus RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES PriorityTier=1 GraceTime=2 State=UP
PartitionName=urgent Nodes=ALL PriorityTier=10 PreemptMode=OFF State=UP
CONF
  {
    echo "127.0.0.1 localhost controller"
    for ((i = 1; i <= nodes; i++)); do echo "127.0.0.1 n$i"; done
    cat /etc/hosts
  } >"$dir/hosts"
  : >"$dir/plugstack.conf"
  echo "export SLURM_CONF='$dir/slurm.conf'" >"$dir/environment"
}

start_munge() {
  (umask 277 && head -c 128 /dev/urandom >"$dir/munge/key")
  # Forced: its directory may lie below one that others can't enter.
  setsid munged -F --force --key-file="$dir/munge/key" --socket="$dir/munge/socket" \
    --pid-file="$dir/munge/pid" --log-file="$dir/munge/log" --seed-file="$dir/munge/seed" \
    </dev/null >"$dir/log/munged.out" 2>&1 &
  echo $! >"$dir/pid/munged"
  within 10 munge -S "$dir/munge/socket" -n || die "munge does not start: $(cat "$dir/log/munged.out")"
}

all_idle() { [ "$(sinfo --noheader --Node --partition=main --format=%T | sort -u)" = idle ]; }

stop() {
  local file
  [ -d "$dir/pid" ] || return 0
  for file in "$dir"/pid/n*; do
    [ ! -e "$file" ] || end "$(basename "$file")"
  done
  end controller
  end munged
}

case $command in
  start)
    [ ! -e "$dir/slurm.conf" ] || die "$dir is in use"
    mkdir -p "$dir"/{munge,state,spool,log,pid,bin}
    chmod 711 "$dir" "$dir/munge"
    ln -s "$(daemon_of slurmstepd)" "$dir/bin/slurmstepd"
    isolation >"$dir/isolation"
    write_configuration "${1:-3}" "${2:-2}"
    # shellcheck disable=SC1091
    . "$dir/environment"
    trap stop ERR
    start_munge
    start_controller
    within 20 sinfo || die "slurmctld does not start: $(tail -n 5 "$dir"/log/*)"
    for ((i = 1; i <= ${1:-3}; i++)); do start_node "n$i"; done
    within 40 all_idle || die "the nodes don't come up: $(sinfo --Node --long; tail -n 5 "$dir"/log/*)"
    ;;
  stop) stop ;;
  kill-node) end "$1" ;;
  start-node)
    # shellcheck disable=SC1091
    . "$dir/environment"
    start_node "$1"
    ;;
  kill-controller) end controller ;;
  start-controller)
    # shellcheck disable=SC1091
    . "$dir/environment"
    start_controller
    ;;
  *) die "unknown command $command" ;;
esac
