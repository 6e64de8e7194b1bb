using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Persistence;

/// <summary>
/// The durable index against a model of the truth: an entry is durable if it is on the disk after a crash, whichever
/// prefix of the writes under way the crash leaves.
/// </summary>
public sealed class DurabilityRandomTests
{
    private const int Runs = 4_000;

    [Fact]
    public void DurabilityTracker_RandomWritesAndTruncations_NeverClaimsTooMuch()
    {
        for (int seed = 0; seed < Runs; seed++)
        {
            Random random = new(seed);
            TrackerRun run = new();
            for (int step = 0; step < 40; step++)
            {
                run.Step(random);
                Assert.True(run.Tracker.DurableIndex <= run.Durable(), $"seed {seed}, step {step}: {run}");
            }

            run.CompleteAndReportAll();
            Assert.True(run.Tracker.DurableIndex == run.Durable(), $"seed {seed}: everything is reported; {run}");
        }
    }

    /// <summary>A follower that leaders of growing terms feed, with logs that part and meet again as logs of a cluster do.</summary>
    [Fact]
    public void Follower_RandomLeadersAndSlowDisk_AcknowledgesOnlyWhatACrashLeaves()
    {
        for (int seed = 0; seed < Runs; seed++)
        {
            FollowerRun run = new(seed);
            for (int step = 0; step < 40; step++)
            {
                run.Step();
                run.Check($"seed {seed}, step {step}");
            }
        }
    }

    /// <summary>How many entries at the start of <paramref name="log"/> are on the disk after every crash that is possible now.</summary>
    private static int DurablePrefix(IReadOnlyList<long> log, IReadOnlyList<long> stored, IEnumerable<(int From, long[] Terms)> pending)
    {
        List<long> disk = [.. stored];
        int durable = CommonPrefix(log, disk);
        foreach ((int from, long[] terms) in pending)
        {
            if (terms.Length > 0)
            {
                disk.RemoveRange(from, disk.Count - from);
                disk.AddRange(terms);
            }

            durable = Math.Min(durable, CommonPrefix(log, disk));
        }

        return durable;
    }

    private static int CommonPrefix(IReadOnlyList<long> one, List<long> other)
    {
        int length = 0;
        while (length < one.Count && length < other.Count && one[length] == other[length])
        {
            length++;
        }

        return length;
    }

    /// <summary>A tracker, the log that it speaks of, and a disk. An entry is known by its term.</summary>
    private sealed class TrackerRun
    {
        private readonly List<long> _log = [];
        private readonly List<long> _disk = [];
        private readonly List<(int From, long[] Terms)> _pending = [];
        private long _completed;
        private int _written;

        public DurabilityTracker Tracker { get; } = new(0);

        public int Durable() => DurablePrefix(_log, _disk, _pending);

        public void Step(Random random)
        {
            switch (random.Next(4))
            {
                case 0 or 1:
                    Change(random);
                    break;
                case 2 when _pending.Count > 0:
                    Complete(random.Next(1, _pending.Count + 1));
                    break;
                case 3 when _completed > 0:
                    Tracker.Persisted(random.NextInt64(1, _completed + 1)); // late, early, once more
                    break;
            }
        }

        public void CompleteAndReportAll()
        {
            Complete(_pending.Count);
            Tracker.Persisted(Tracker.IssuedVersion);
        }

        public override string ToString() =>
            $"claims {Tracker.DurableIndex} of [{string.Join(',', _log)}], disk [{string.Join(',', _disk)}], {_pending.Count} writes";

        private void Change(Random random)
        {
            if (_log.Count > 0 && random.Next(3) == 0)
            {
                int kept = random.Next(_log.Count);
                _log.RemoveRange(kept, _log.Count - kept);
                Tracker.TruncateFrom(kept + 1);
                _written = Math.Min(_written, kept);
            }

            for (int i = random.Next(4); i > 0; i--)
            {
                _log.Add(random.Next(1, 4));
            }

            _pending.Add((_written, [.. _log.Skip(_written)]));
            _written = _log.Count;
            Tracker.Issue(_written);
        }

        private void Complete(int writes)
        {
            foreach ((int from, long[] terms) in _pending.Take(writes).Where(write => write.Terms.Length > 0))
            {
                _disk.RemoveRange(from, _disk.Count - from);
                _disk.AddRange(terms);
            }

            _pending.RemoveRange(0, writes);
            _completed += writes;
        }
    }

    private sealed class FollowerRun
    {
        private readonly Random _random;
        private readonly SingleModule _n1 = new(voters: 5);
        private readonly List<long[]> _logs = [[]];
        private long _term;

        public FollowerRun(int seed)
        {
            _random = new Random(seed);
            _n1.Disk.Hold();
            NewLeader();
        }

        public void Step()
        {
            switch (_random.Next(8))
            {
                case 0:
                    NewLeader();
                    break;
                case 1 or 2 when _n1.Disk.Pending.Count > 0:
                    _n1.Disk.Complete(_random.Next(1, _n1.Disk.Pending.Count + 1));
                    break;
                case 3 when _random.Next(10) == 0:
                    _n1.Node.CrashAndRestart();
                    _n1.Disk.Hold();
                    break;
                default:
                    Send();
                    break;
            }
        }

        public void Check(string where)
        {
            int durable = DurablePrefix(
                _n1.Node.Log,
                _n1.Disk.Log,
                _n1.Disk.Pending.Select(
                    write => ((int)write.FirstIndex - 1, write.Entries.ToArray().Select(entry => entry.Term).ToArray())));
            Assert.True(_n1.Module.DurableIndex <= durable, $"{where}: claims {_n1.Module.DurableIndex}, but a crash may leave {durable}");

            foreach (AppendEntriesReplyMessage reply in _n1.TakeSent<AppendEntriesReplyMessage>().Where(reply => reply.Success))
            {
                bool current = reply.Term == _n1.Module.Term;
                Assert.True(
                    !current || reply.LastIndex <= durable, $"{where}: acknowledged {reply.LastIndex}, but a crash may leave {durable}");
            }
        }

        /// <summary>A leader of the next term, with some leader's log of before, or a part of it, and entries of its own.</summary>
        private void NewLeader()
        {
            _term++;
            long[] older = _logs[_random.Next(_logs.Count)];
            IEnumerable<long> own = Enumerable.Repeat(_term, _random.Next(4));
            _logs.Add([.. older.Take(_random.Next(older.Length + 1)), .. own]);
        }

        private void Send()
        {
            long[] log = _logs[^1];
            int prev = _random.Next(log.Length + 1);
            long[] entries = [.. log.Skip(prev).Take(_random.Next(4))];
            _n1.Node.Receive(Make.Append($"n{2 + (_term % 4)}", _term, prev, prev == 0 ? 0 : log[prev - 1], 0, entries));
        }
    }
}
