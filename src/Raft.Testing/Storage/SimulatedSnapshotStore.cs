namespace Raft.Testing;

/// <summary>
/// A snapshot store on a simulated disk: a commit takes a random virtual time, and a crash leaves what was committed before, or
/// what was being committed. Calls complete asynchronously, as steps of the simulation, in at least half of the cases.
/// </summary>
/// <remarks>Use it only on the thread of the simulation.</remarks>
public sealed class SimulatedSnapshotStore : ISnapshotStore
{
    private readonly SimulatedClock _clock;
    private readonly IScheduler _scheduler;
    private readonly SeededRandom _random;
    private readonly Trace? _trace;
    private readonly List<Commit> _underWay = [];
    private readonly Stack<SimulatedCompletion<bool>> _completions = new();
    private readonly List<SimulatedCompletion<bool>> _held = [];
    private Stored? _latest;
    private Exception? _failNext;
    private bool _isHeld;
    private bool _holdsCalls;
    private bool _isCrashed;

    internal SimulatedSnapshotStore(SimulatedClock clock, IScheduler scheduler, SeededRandom random, Trace? trace)
        : this(clock, scheduler, random, trace, latest: null)
    {
    }

    private SimulatedSnapshotStore(SimulatedClock clock, IScheduler scheduler, SeededRandom random, Trace? trace, Stored? latest)
    {
        _clock = clock;
        _scheduler = scheduler;
        _random = random;
        _trace = trace;
        _latest = latest;
    }

    private sealed record Stored(SnapshotInfo Info, byte[] Content);

    private sealed record Commit(Stored Snapshot, SimulatedCompletion<bool> Completion, IClockTimer Timer);

    /// <summary>Gets or sets the longest time until a commit is durable; the shortest is a twentieth of it. Default 5 ms.</summary>
    public TimeSpan MaximumDelay { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Gets or sets the probability that a call completes synchronously: 0 to 1, default 0.5.</summary>
    public double SynchronousRate { get; set; } = 0.5;

    /// <summary>Gets the latest snapshot that would survive a crash.</summary>
    public SnapshotInfo? Durable => _latest?.Info;

    /// <summary>Holds every commit, as a disk that hangs does, until <see cref="Release"/>.</summary>
    public void Hold()
    {
        _isHeld = true;
        foreach (Commit commit in _underWay)
        {
            commit.Timer.Clear();
        }
    }

    /// <summary>Holds every commit and every other call until <see cref="Release"/>.</summary>
    internal void HoldCalls()
    {
        Hold();
        _holdsCalls = true;
    }

    /// <summary>Ends a <see cref="Hold"/>.</summary>
    public void Release()
    {
        (_isHeld, _holdsCalls) = (false, false);
        foreach (Commit commit in _underWay)
        {
            commit.Timer.Set(_clock.Now);
        }

        foreach (SimulatedCompletion<bool> call in _held)
        {
            call.Complete(true, error: null);
        }

        _held.Clear();
    }

    /// <summary>Makes the next call that reads or writes fail. Later calls are not affected.</summary>
    /// <param name="exception">The exception that it throws.</param>
    public void FailNext(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        _failNext = exception;
    }

    /// <summary>Cancels a <see cref="FailNext"/> that has had no effect yet.</summary>
    internal void ForgetFailure() => _failNext = null;

    /// <summary>Crashes the store: this object becomes inactive, and a new one takes over the contents of the disk.</summary>
    /// <param name="commitSurvives">Whether a pending commit reaches the disk anyway.</param>
    /// <returns>The store to restart the node with.</returns>
    public SimulatedSnapshotStore Crash(bool commitSurvives = false)
    {
        _isCrashed = true;
        foreach (Commit commit in _underWay)
        {
            commit.Timer.Dispose();
            if (commitSurvives)
            {
                Keep(commit.Snapshot);
            }
        }

        return new SimulatedSnapshotStore(_clock, _scheduler, _random.Fork(), _trace, _latest)
        {
            MaximumDelay = MaximumDelay,
            SynchronousRate = SynchronousRate,
        };
    }

    /// <summary>Creates an empty store with the same settings, as on a new disk.</summary>
    internal SimulatedSnapshotStore Replace() => new(_clock, _scheduler, _random.Fork(), _trace)
    {
        MaximumDelay = MaximumDelay,
        SynchronousRate = SynchronousRate,
    };

    /// <inheritdoc/>
    public ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken) =>
        AnswerAsync(() => _latest?.Info, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken) => AnswerAsync<Stream>(
        () => _latest is { } latest && latest.Info == snapshot
            ? new SimulatedStream(this, new MemoryStream(latest.Content, writable: false))
            : throw new FileNotFoundException($"There is no snapshot up to index {snapshot.LastIncludedIndex} any more."),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken) =>
        AnswerAsync<ISnapshotWriter>(
            () => new Writer(this, new SnapshotInfo(lastIncludedIndex, lastIncludedTerm, header, Length: 0)), cancellationToken);

    /// <summary>Completes a call in this step or a later one. If a failure is set, this call fails.</summary>
    internal async ValueTask PassAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_failNext is { } failure)
        {
            _failNext = null;
            throw failure;
        }

        if (_isCrashed || !_random.Chance(SynchronousRate) || _holdsCalls)
        {
            SimulatedCompletion<bool> completion = RentCompletion();
            ValueTask later = completion.UntypedTask;
            if (_holdsCalls)
            {
                _held.Add(completion);
            }
            else if (!_isCrashed)
            {
                completion.Complete(true, error: null);
            }

            await later.ConfigureAwait(false);
        }
    }

    private async ValueTask<T> AnswerAsync<T>(Func<T> answer, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken).ConfigureAwait(false);
        return answer();
    }

    private async ValueTask<SnapshotInfo> CommitAsync(SnapshotInfo info, byte[] content, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken).ConfigureAwait(false);
        Stored snapshot = new(info with { Length = content.Length }, content);
        SimulatedCompletion<bool> completion = RentCompletion();
        ValueTask durable = completion.UntypedTask;
        Commit commit = null!;
        commit = new Commit(snapshot, completion, _clock.CreateTimer(() => ReachDisk(commit)));
        _underWay.Add(commit);
        if (!_isHeld && !_isCrashed)
        {
            commit.Timer.Set(_clock.Now + _random.NextBetween(MaximumDelay / 20, MaximumDelay));
        }

        await durable.ConfigureAwait(false);
        return snapshot.Info;
    }

    private void ReachDisk(Commit commit)
    {
        _underWay.Remove(commit);
        commit.Timer.Dispose();
        Keep(commit.Snapshot);
        commit.Completion.Complete(true, error: null);
    }

    private void Keep(Stored snapshot)
    {
        _trace?.Add(_clock.Now, "snapshot", default, snapshot.Info.LastIncludedIndex);
        if (_latest is null || snapshot.Info.LastIncludedIndex >= _latest.Info.LastIncludedIndex)
        {
            _latest = snapshot;
        }
    }

    private SimulatedCompletion<bool> RentCompletion() =>
        _completions.TryPop(out SimulatedCompletion<bool>? completion)
            ? completion
            : new SimulatedCompletion<bool>(_scheduler, _completions);

    private sealed class Writer(SimulatedSnapshotStore store, SnapshotInfo info) : ISnapshotWriter
    {
        private readonly MemoryStream _content = new();
        private SimulatedStream? _stream;

        public Stream Stream => _stream ??= new SimulatedStream(store, _content);

        public ValueTask<SnapshotInfo> CommitAsync(CancellationToken cancellationToken) =>
            store.CommitAsync(info, _content.ToArray(), cancellationToken);

        public ValueTask DisposeAsync() => _content.DisposeAsync();
    }
}
