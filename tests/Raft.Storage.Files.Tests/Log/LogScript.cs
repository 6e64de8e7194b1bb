using Raft.Storage.Files.Tests.Simulated;
using Raft.Testing;

namespace Raft.Storage.Files.Tests.Log;

/// <summary>Calls of a log in steps: those of a step are made without waiting, and awaited before the next step.</summary>
internal sealed class LogScript
{
    private readonly List<List<LogStep>> _steps = [];
    private readonly ExpectedLog _expected = new();

    /// <summary>Calls of every kind: appended, replaced, compacted and reset, in several segments, some of which are used again.</summary>
    public static LogScript OfEverything { get; } = new LogScript()
        .HardState(1, "n1")
        .Step().Append(3).Append(2).HardState(2, null)
        .Step().Append(40, size: 1_000)
        .Step().Append(20, size: 1_000).Append(10).HardState(3, "n2").Replace(back: 20, count: 3)
        .Step().Append(1, size: 50_000)
        .Step().Compact(back: 1)
        .Step().Append(1, size: 50_000).Append(1, size: 50_000)
        .Step().Compact(back: 0).Append(2)
        .Step().Append(1, size: 90_000)
        .Step().Reopen()
        .Step().Append(30, size: 1_000).Append(30, size: 1_000)
        .Step().Replace(back: 50, count: 2)
        .Step().HardState(9, "n3").Reset(ahead: 100, term: 9).Append(3)
        .Step().Append(1, size: 50_000)
        .Step().Reopen();

    /// <summary>Begins the next step.</summary>
    public LogScript Step()
    {
        _steps.Add([]);
        return this;
    }

    public LogScript HardState(long term, string? vote) =>
        Write(new LogWrite(new HardState(term, vote is null ? default(NodeId?) : new NodeId(vote)), _expected.LastIndex + 1, default));

    public LogScript Append(int count, int size = 12) => Replace(back: 0, count, size);

    /// <summary>Replaces the last entries.</summary>
    public LogScript Replace(int back, int count, int size = 12)
    {
        long first = _expected.LastIndex + 1 - back;
        long term = Math.Max(_expected.State.LastTerm, _expected.HardState.Term) + (back > 0 ? 1 : 0);
        return Write(new LogWrite(null, first, ContractEntries.Make(first, count, term, size)) { CommitIndex = _expected.PreviousIndex });
    }

    public LogScript Compact(int back)
    {
        long index = _expected.LastIndex - back;
        return Add($"compact through {index}", store => store.CompactAsync(index), log => log.Compact(index));
    }

    public LogScript Reset(int ahead, long term)
    {
        long index = _expected.LastIndex + ahead;
        return Add($"reset to {index}", store => store.ResetAsync(index, term), log => log.Reset(index, term));
    }

    public LogScript Reopen() => Add(
        "reopen",
        static async store =>
        {
            await store.CloseAsync();
            await store.OpenAsync(LogStoreTrial.ClusterId, LogStoreTrial.Node, CancellationToken.None);
        },
        static _ => { });

    /// <summary>Runs it in a folder until something fails or the power is lost.</summary>
    public LogRun Run(SimulatedFolder folder)
    {
        LogRun run = new(folder);
        run.Open();
        foreach (List<LogStep> step in _steps)
        {
            if (!run.TryRun(step))
            {
                break;
            }
        }

        return run;
    }

    private LogScript Write(LogWrite write) => Add(
        $"write {write.Entries.Length} from {write.FirstIndex}", store => store.WriteAsync(write), log => log.Write(write));

    private LogScript Add(string name, Func<FileStorage, ValueTask> call, Action<ExpectedLog> apply)
    {
        if (_steps.Count == 0)
        {
            Step();
        }

        apply(_expected);
        _steps[^1].Add(new LogStep(name, call, apply));
        return this;
    }
}

/// <summary>A call, and what it does to a log.</summary>
internal sealed record LogStep(string Name, Func<FileStorage, ValueTask> Call, Action<ExpectedLog> Apply);
