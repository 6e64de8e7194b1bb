using System.Globalization;
using System.Text;

namespace Raft.Testing.Tests.Contracts;

/// <summary>The ways in which a <see cref="Counter"/> can be wrong: one for each clause of the contract, by whose name it goes.</summary>
public enum CounterDefect
{
    None,
    NewMachineHasAppliedNothing,
    EveryCommandIsAnswered,
    SameCommandsGiveSameResults,
    BatchBoundariesDoNotMatter,
    SurroundingsDoNotMatter,
    ResultsDoNotChangeAfterwards,
    InstancesAtTheSameTimeDoNotMatter,
    CodeCallsNothingThatDiffers,
    OtherProcessesDoNotMatter,
    RejectionLeavesTheStateUnchanged,
    AppliedIndexIsDurableWithTheState,
    RestoredMachineMatchesTheCapturedOne,
    LaterCommandsDoNotChangeACapture,
    RestoredMachineKeepsItsComparers,
    OtherProcessesContinueFromASnapshot,
    RestoreReplacesAllFormerState,
    AppliedIndexIsRestoredWithTheState,
}

/// <summary>
/// Adds up the first bytes of commands, durably, and refuses those below 20. It keeps the contract, unless it has a defect.
/// </summary>
internal sealed class Counter(CounterDefect defect, long sum = 0, long appliedIndex = 0) : IStateMachine
{
    private static int _instances;
    private static long _sharedSum;

    private readonly byte[] _shared = new byte[16];
    private readonly int _instance = Interlocked.Increment(ref _instances);
    private Dictionary<string, long> _names = new(StringComparer.OrdinalIgnoreCase);

    public long AppliedIndex => defect == CounterDefect.NewMachineHasAppliedNothing ? -1 : appliedIndex;

    public long Sum => sum;

    public string Digest => sum.ToString(CultureInfo.InvariantCulture);

    public Counter Reopen() =>
        new(defect, sum, defect == CounterDefect.AppliedIndexIsDurableWithTheState ? appliedIndex - 1 : appliedIndex);

    public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
    {
        for (int position = 0; position < batch.Count; position++)
        {
            byte number = batch.Command(position).Span[0];
            appliedIndex = batch.Context(position).Index;
            if (number < 20)
            {
                sum += defect == CounterDefect.RejectionLeavesTheStateUnchanged ? number : 0;
                batch.Reject(position, new CommandRejectedException($"{number} is too small."));
                continue;
            }

            sum = Add(number);
            _names[$"{number}"] = sum;
            if (defect != CounterDefect.EveryCommandIsAnswered || number != 77)
            {
                batch.Complete(position, Result(batch));
            }
        }

        return ValueTask.CompletedTask;
    }

    private long Add(byte number)
    {
        if (defect != CounterDefect.InstancesAtTheSameTimeDoNotMatter)
        {
            return sum + number;
        }

        _sharedSum = sum;
        Thread.Yield();
        return _sharedSum + number;
    }

    public ISnapshotCapture Capture() => defect switch
    {
        CounterDefect.OtherProcessesContinueFromASnapshot => SnapshotCapture.Of(sum ^ Environment.ProcessId, Codec.Int64),
        CounterDefect.RestoredMachineMatchesTheCapturedOne => SnapshotCapture.Of(sum & 0xFFF, Codec.Int64),
        CounterDefect.LaterCommandsDoNotChangeACapture =>
            SnapshotCapture.Of(
                this,
                static (counter, stream, cancellationToken) =>
                    SnapshotCapture.Of(counter.Sum, Codec.Int64).WriteToAsync(stream, cancellationToken)),
        _ => SnapshotCapture.Of(sum, Codec.Int64),
    };

    public async ValueTask RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken)
    {
        long restored = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
        if (defect == CounterDefect.OtherProcessesContinueFromASnapshot)
        {
            restored ^= Environment.ProcessId;
        }

        _names = new Dictionary<string, long>(
            defect == CounterDefect.RestoredMachineKeepsItsComparers ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        sum = restored + (defect == CounterDefect.RestoreReplacesAllFormerState ? sum : 0);
        appliedIndex = lastIncludedIndex - (defect == CounterDefect.AppliedIndexIsRestoredWithTheState ? 1 : 0);
    }

    private ReadOnlyMemory<byte> Result(CommittedBatch batch)
    {
        string text = defect switch
        {
            CounterDefect.SameCommandsGiveSameResults => $"{sum} {_instance}",
            CounterDefect.BatchBoundariesDoNotMatter => $"{sum} {batch.Count}",
            CounterDefect.OtherProcessesDoNotMatter => $"{sum} {Environment.ProcessId}",
            CounterDefect.CodeCallsNothingThatDiffers => DateTime.UtcNow.Year < 3_000 ? Digest : "",
            CounterDefect.SurroundingsDoNotMatter => (sum / 10.0).ToString(CultureInfo.CurrentCulture),
            _ => Digest,
        };
        if (defect != CounterDefect.ResultsDoNotChangeAfterwards)
        {
            return Encoding.UTF8.GetBytes(text);
        }

        return _shared.AsMemory(0, Encoding.UTF8.GetBytes(text, _shared));
    }
}
