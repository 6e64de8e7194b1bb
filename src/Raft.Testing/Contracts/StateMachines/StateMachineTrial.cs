namespace Raft.Testing;

/// <summary>One check of a state machine: a log of commands, and the verb to apply a part of it.</summary>
internal sealed class StateMachineTrial : ContractTrial
{
    private readonly LogEntry[] _log;

    public StateMachineTrial(string contract, ContractClause clause, IReadOnlyList<ReadOnlyMemory<byte>> commands, SeededRandom random)
        : this(contract, clause, MakeLog(commands, random))
    {
    }

    public StateMachineTrial(string contract, ContractClause clause, IReadOnlyList<LogEntry> log)
        : base(contract, clause, new RealTime()) => _log = [.. log];

    /// <summary>The whole log.</summary>
    public IReadOnlyList<LogEntry> Log => _log;

    private static List<LogEntry> MakeLog(IReadOnlyList<ReadOnlyMemory<byte>> commands, SeededRandom random)
    {
        List<LogEntry> log = [];
        (long term, DateTimeOffset time) = (1, SimulatedClock.Origin);
        foreach (ReadOnlyMemory<byte> command in commands)
        {
            if (log.Count == 0 || random.Chance(0.05))
            {
                log.Add(new LogEntry(++term, EntryKind.NoOp, default, time)); // a new leader
            }

            time += random.NextBetween(TimeSpan.Zero, random.Next(100) switch
            {
                0 => TimeSpan.FromDays(60),
                < 5 => TimeSpan.FromDays(2),
                < 15 => TimeSpan.FromHours(6), // so that what expires does, and days begin
                _ => TimeSpan.FromMinutes(1),
            });
            log.Add(new LogEntry(term, EntryKind.Command, command, time));
        }

        return log;
    }

    /// <summary>The indexes of the commands.</summary>
    public IEnumerable<long> CommandIndexes =>
        Enumerable.Range(1, _log.Length).Where(index => _log[index - 1].Kind == EntryKind.Command).Select(static index => (long)index);

    public string DescribeCommand(long index) => $"the command {AppliedCommands.Describe(_log[index - 1].Data.Span)}";

    /// <summary>Applies the whole log to a machine, as a node would.</summary>
    public Task<AppliedCommands> ApplyAsync(IStateMachine machine, BatchSizes sizes) => ApplyAsync(machine, sizes, 1, _log.Length);

    /// <summary>Applies a part of the log to a machine, as a node would.</summary>
    public async Task<AppliedCommands> ApplyAsync(IStateMachine machine, BatchSizes sizes, long first, long last)
    {
        last = Math.Min(last, _log.Length);
        Note($"applied the entries from {first} to {last}");
        AppliedCommands applied = new();
        CommittedBatch batch = new();
        PendingProposals nobody = new();
        ResumeBatchPool resume = new(PoolScheduler.Shared);
        foreach (int size in sizes.All())
        {
            if (first > last)
            {
                break;
            }

            int count = (int)Math.Min(size, last - first + 1);
            batch.Fill(first, _log.AsMemory((int)(first - 1), count), nobody, resume.Rent());
            if (batch.Count > 0)
            {
                batch.Observer = applied;
                await CallAsync(
                    $"applied a batch of {batch.Count} commands from index {first} on",
                    () => machine.ApplyAsync(batch, CancellationToken.None).AsTask()).ConfigureAwait(false);
            }

            batch.Finish(metrics: null);
            first += count;
        }

        return applied;
    }

    /// <summary>What the commands from an index on were answered, with the digest after them.</summary>
    public MachineAnswers Describe(AppliedCommands applied, long first, string? digest)
    {
        SortedDictionary<long, string> results = [];
        foreach (long index in CommandIndexes.Where(index => index >= first))
        {
            results.Add(index, applied.Describe(index));
        }

        return new MachineAnswers(results, digest);
    }

    public ISnapshotCapture Capture(IStateMachine machine)
    {
        Note("captured the state");
        return machine.Capture() ?? throw Broken("Capture returned null, though that of a new machine does not.");
    }

    /// <summary>Writes a capture to what a node gives it: a stream that can be written only.</summary>
    /// <returns>The content of the snapshot: what was written, followed by the checksum.</returns>
    public async Task<byte[]> WriteAsync(ISnapshotCapture capture)
    {
        using MemoryStream content = new();
        using SnapshotChecksum checksum = new(1, 1, default);
        ChecksummedStream destination = new(content, checksum);
        await using (destination.ConfigureAwait(false))
        {
            await CallAsync(
                "wrote the capture", () => capture.WriteToAsync(destination, CancellationToken.None).AsTask()).ConfigureAwait(false);
            await destination.FinishAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return content.ToArray();
    }

    /// <summary>Restores a machine from what a node gives it: the content of a snapshot without the checksum.</summary>
    public async Task RestoreAsync(IStateMachine machine, byte[] snapshot, long lastIncludedIndex)
    {
        using MemoryStream content = new(snapshot, writable: false);
        SnapshotContentStream state = new(content, snapshot.Length);
        await using (state.ConfigureAwait(false))
        {
            await CallAsync(
                $"restored a machine from the {state.Length} bytes, up to index {lastIncludedIndex}",
                () => machine.RestoreAsync(state, lastIncludedIndex, CancellationToken.None).AsTask()).ConfigureAwait(false);
        }
    }

    private sealed class RealTime : ContractSubject;
}
