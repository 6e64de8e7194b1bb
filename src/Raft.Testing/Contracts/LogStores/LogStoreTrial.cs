using System.Globalization;

namespace Raft.Testing;

/// <summary>One check of a log store, together with what it must hold.</summary>
internal sealed class LogStoreTrial(ContractClause clause, LogStoreSubject subject)
    : ContractTrial(nameof(LogStoreContract), clause, subject)
{
    public const string ClusterId = "contract";

    public static readonly NodeId Node = "n1";

    private ILogStore? _store;

    public LogStoreSubject Subject { get; } = subject;

    public ILogStore Store => _store ?? throw new InvalidOperationException("No store was made yet.");

    public ExpectedLog Expected { get; private set; } = new();

    /// <summary>The identity of the store that was opened last.</summary>
    public StoreIdentity? Identity { get; private set; }

    /// <summary>Whether the store that was opened last has not been closed.</summary>
    public bool HoldsAnOpenStore { get; private set; }

    /// <summary>Makes a store and opens it; it must hold what is expected.</summary>
    public async Task OpenAsync()
    {
        LogState state = await OpenAsync(ClusterId, Node).ConfigureAwait(false);
        await RequireExpectedAsync(state).ConfigureAwait(false);
    }

    public async Task<LogState> OpenAsync(string clusterId, NodeId node)
    {
        _store = Subject.CreateStore();
        LogState state = await CallAsync(
            $"opened a store as {node} of cluster '{clusterId}'",
            () => Store.OpenAsync(clusterId, node, CancellationToken.None)).ConfigureAwait(false);
        HoldsAnOpenStore = true;
        Identity = state.Store;
        return state with { Store = null };
    }

    public Task CloseAsync()
    {
        HoldsAnOpenStore = false;
        return CallAsync("closed it", () => Store.CloseAsync().AsTask());
    }

    public async Task ReopenAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await OpenAsync().ConfigureAwait(false);
    }

    /// <summary>Writes and waits.</summary>
    public Task WriteAsync(LogWrite write) => CallAsync(Describe(write), () => Begin(write));

    /// <summary>Writes without waiting.</summary>
    public Task Begin(LogWrite write)
    {
        Expected.Write(write);
        return Store.WriteAsync(write).AsTask();
    }

    public Task CompactAsync(long throughIndex)
    {
        Expected.Compact(throughIndex);
        return CallAsync($"compacted through {throughIndex}", () => Store.CompactAsync(throughIndex).AsTask());
    }

    public Task ResetAsync(long index, long term)
    {
        Expected.Reset(index, term);
        return CallAsync($"reset to index {index} of term {term}", () => Store.ResetAsync(index, term).AsTask());
    }

    /// <summary>Resets without waiting.</summary>
    public Task BeginReset(long index, long term)
    {
        Note(string.Create(CultureInfo.InvariantCulture, $"began a reset to index {index} of term {term}"));
        Expected.Reset(index, term);
        return Store.ResetAsync(index, term).AsTask();
    }

    /// <summary>Compacts without waiting; what is expected stays as it was.</summary>
    public Task BeginCompaction(long throughIndex)
    {
        Note(string.Create(CultureInfo.InvariantCulture, $"began to compact through {throughIndex}"));
        return Store.CompactAsync(throughIndex).AsTask();
    }

    public Task<ReadOnlyMemory<LogEntry>> ReadAsync(long firstIndex, int maximumEntries, long maximumBytes) => CallAsync(
        string.Create(CultureInfo.InvariantCulture, $"read from {firstIndex}, at most {maximumEntries} entries and {maximumBytes} bytes"),
        () => Store.ReadAsync(firstIndex, maximumEntries, maximumBytes, CancellationToken.None));

    /// <summary>Reads the whole log, which must be what is expected.</summary>
    public async Task RequireExpectedAsync()
    {
        for (long index = Expected.PreviousIndex + 1; index <= Expected.LastIndex;)
        {
            ReadOnlyMemory<LogEntry> read = await ReadAsync(index, int.MaxValue, long.MaxValue).ConfigureAwait(false);
            Require(read.Length > 0, $"Nothing was read at index {index}, though the log goes from {Expected.PreviousIndex + 1} to "
                + $"{Expected.LastIndex}.");
            foreach (LogEntry entry in read.ToArray())
            {
                Require(index <= Expected.LastIndex, $"An entry was read at index {index}, though the log ends at {Expected.LastIndex}: "
                    + $"{ContractEntries.Describe(entry)}.");
                RequireSame(index, entry, Expected[index]);
                index++;
            }
        }

        await RequireNothingAsync(Expected.LastIndex + 1).ConfigureAwait(false);
    }

    public async Task RequireNothingAsync(long index)
    {
        ReadOnlyMemory<LogEntry> read = await ReadAsync(index, 10, long.MaxValue).ConfigureAwait(false);
        Require(
            read.IsEmpty,
            $"{read.Length} entries were read from index {index} on, though the log goes from {Expected.PreviousIndex + 1} to "
                + $"{Expected.LastIndex}. The first: {ContractEntries.Describe(read.Span[0])}.");
    }

    public void RequireSame(long index, LogEntry actual, LogEntry expected) => Require(
        ContractEntries.AreSame(in actual, in expected),
        $"The entry at index {index} is {ContractEntries.Describe(actual)}. It should be {ContractEntries.Describe(expected)}.");

    /// <summary>Loses the power and opens what is left, which must be one of several states.</summary>
    /// <param name="random">Decides what is lost.</param>
    /// <param name="states">The states, in the order in which the writes led from one to the next.</param>
    /// <param name="atLeast">The first state that may be left: all before it were reported durable.</param>
    /// <param name="compactedThrough">Entries up to here may be gone or not.</param>
    public async Task CrashAsync(SeededRandom random, List<ExpectedLog> states, int atLeast, long compactedThrough = 0)
    {
        Note(string.Create(CultureInfo.InvariantCulture, $"lost the power when {atLeast} of {states.Count - 1} writes were complete"));
        Subject.Crash(random);
        LogState state = await OpenAsync(ClusterId, Node).ConfigureAwait(false);
        int survived = -1;
        for (int i = states.Count - 1; i >= 0 && survived < 0; i--)
        {
            Expected = states[i].Copy();
            Expected.Compact(Math.Min(state.PreviousIndex, Math.Min(compactedThrough, Expected.LastIndex)));
            if (state == Expected.State && await HoldsExpectedAsync().ConfigureAwait(false))
            {
                survived = i;
            }
        }

        Require(survived >= 0, $"What is left is the result of no prefix of the writes: {Describe(state)}.");
        Require(survived >= atLeast, $"What is left is the result of the first {survived} writes only: {Describe(state)}.");
    }

    private async Task<bool> HoldsExpectedAsync()
    {
        ReadOnlyMemory<LogEntry> read = await ReadAsync(Expected.PreviousIndex + 1, int.MaxValue, long.MaxValue).ConfigureAwait(false);
        return read.Length == Expected.LastIndex - Expected.PreviousIndex
            && read.ToArray().Select((entry, i) => ContractEntries.AreSame(in entry, Expected[Expected.PreviousIndex + 1 + i])).All(
                static same => same);
    }

    private async Task RequireExpectedAsync(LogState state)
    {
        Require(state == Expected.State, $"{Describe(state)}. It should be {Describe(Expected.State)}.");
        await RequireExpectedAsync().ConfigureAwait(false);
    }

    private static string Describe(LogState state) => string.Create(
        CultureInfo.InvariantCulture,
        $"term {state.HardState.Term}, vote '{state.HardState.VotedFor}', identity {state.HardState.Identity}, {state.HardState.Join}, "
            + $"commit index {state.CommitIndex}, log after {state.PreviousIndex} of term {state.PreviousTerm} "
            + $"to {state.LastIndex} of term {state.LastTerm}");

    private static string Describe(LogWrite write)
    {
        string hardState = write.HardState is { } value
            ? string.Create(CultureInfo.InvariantCulture, $"term {value.Term} and vote '{value.VotedFor}'")
            : "no hard state";
        return string.Create(CultureInfo.InvariantCulture, $"wrote {hardState}, and {write.Entries.Length} entries from "
            + $"{write.FirstIndex} on");
    }
}
