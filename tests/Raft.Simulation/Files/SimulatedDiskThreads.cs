using Raft.Storage.Files;
using Raft.Storage.Files.Tests.Simulated;
using Raft.Testing;

namespace Raft.SimulationRuns;

/// <summary>
/// The disk threads of one life of a node: each work is a step of the simulation, after a random time. Several works are done in any
/// order. After the life has ended, none is done any more.
/// </summary>
/// <param name="world">The world.</param>
/// <param name="random">Draws the times.</param>
/// <param name="delay">The longest time for a work.</param>
internal sealed class SimulatedDiskThreads(SimulatedWorld world, SeededRandom random, Func<TimeSpan> delay) : IDiskThreads
{
    private const double ImmediateRate = 0.3;
    private const int ShortestPart = 20; // of the longest time

    private readonly List<Waiting> _waiting = [];
    private bool _isHeld;
    private bool _isDead;

    /// <summary>When all work that waits is done, unless the disk hangs.</summary>
    public TimeSpan BusyUntil { get; private set; }

    private SimulatedWorld World => world;

    private SeededRandom Random => random;

    private TimeSpan LongestDelay => delay();

    /// <inheritdoc/>
    public void Run(IThreadPoolWorkItem work)
    {
        if (_isDead)
        {
            return;
        }

        Waiting waiting = new(this, work);
        _waiting.Add(waiting);
        if (!_isHeld)
        {
            waiting.Schedule();
        }
    }

    /// <summary>Does no work until <see cref="Release"/>.</summary>
    public void Hold()
    {
        _isHeld = true;
        foreach (Waiting waiting in _waiting)
        {
            waiting.Suspend();
        }
    }

    /// <summary>Ends a <see cref="Hold"/>.</summary>
    public void Release()
    {
        if (!_isHeld)
        {
            return;
        }

        _isHeld = false;
        foreach (Waiting waiting in _waiting)
        {
            waiting.Schedule();
        }
    }

    /// <summary>Does the work that waits at once, in any order, until the power is lost in the midst of it.</summary>
    public void RunUntil(Func<bool> isPowerLost)
    {
        while (_waiting.Count > 0 && !_isHeld && !isPowerLost())
        {
            try
            {
                _waiting[random.Next(_waiting.Count)].Execute();
            }
            catch (PowerLostException)
            {
                // Work that handles what a disk reports does not handle this: its thread is gone with the machine.
            }
        }
    }

    /// <summary>The process has ended.</summary>
    public void Kill()
    {
        _isDead = true;
        foreach (Waiting waiting in _waiting)
        {
            waiting.Dispose();
        }

        _waiting.Clear();
    }

    private sealed class Waiting : IThreadPoolWorkItem, IDisposable
    {
        private readonly SimulatedDiskThreads _threads;
        private readonly IThreadPoolWorkItem _work;
        private readonly IClockTimer _timer;

        public Waiting(SimulatedDiskThreads threads, IThreadPoolWorkItem work)
        {
            _threads = threads;
            _work = work;
            _timer = threads.World.Clock.CreateTimer(BecomeDue);
        }

        public void Schedule()
        {
            TimeSpan longest = _threads.LongestDelay;
            TimeSpan due = _threads.World.Clock.Now;
            due += _threads.Random.Chance(ImmediateRate) ? TimeSpan.Zero : _threads.Random.NextBetween(longest / ShortestPart, longest);
            _threads.BusyUntil = due > _threads.BusyUntil ? due : _threads.BusyUntil;
            _timer.Set(due);
        }

        public void Suspend() => _timer.Clear();

        public void Execute()
        {
            if (_threads._isHeld || !_threads._waiting.Remove(this))
            {
                return; // it is scheduled again when the disk is released, or its process has ended
            }

            Dispose();
            _work.Execute();
        }

        public void Dispose() => _timer.Dispose();

        private void BecomeDue() => _threads.World.Scheduler.Schedule(this, preferLocal: false);
    }
}
