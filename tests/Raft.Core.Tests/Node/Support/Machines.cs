using System.Text;
using System.Text.Json.Serialization;

namespace Raft.Tests.Node;

/// <summary>Adds and withdraws; refuses to go below zero.</summary>
internal sealed class Account()
    : StateMachine<Transfer, Balance>(Codec.Json(AccountJson.Default.Transfer), Codec.Json(AccountJson.Default.Balance))
{
    public long Amount { get; private set; }

    public List<CommandContext> Contexts { get; } = [];

    protected override Balance Apply(Transfer command, in CommandContext context)
    {
        if (Amount + command.Amount < 0)
        {
            throw new CommandRejectedException($"Only {Amount} left.");
        }

        Contexts.Add(context);
        Amount += command.Amount;
        return new Balance(Amount);
    }
}

internal sealed record Transfer(long Amount);

internal sealed record Balance(long Amount);

[JsonSerializable(typeof(Transfer))]
[JsonSerializable(typeof(Balance))]
internal sealed partial class AccountJson : JsonSerializerContext;

/// <summary>Throws on the command "bad".</summary>
internal sealed class Fragile() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
{
    private long _count;

    public List<string> Applied { get; } = [];

    protected override long Apply(string command, in CommandContext context)
    {
        if (command == "bad")
        {
            throw new FormatException("Cannot digest it.");
        }

        Applied.Add(command);
        return ++_count;
    }
}

/// <summary>Applies strings asynchronously, and each batch only when the test lets it, like a state machine that hangs.</summary>
internal sealed class Gated : IStateMachine
{
    private TaskCompletionSource? _gate;

    public bool IsOpen { get; set; }

    public bool MayBlock { get; init; }

    /// <summary>Whether it stops waiting when its token is cancelled.</summary>
    public bool StopsOnCancellation { get; init; }

    public bool IsWaiting => _gate is not null;

    public List<int> BatchSizes { get; } = [];

    public List<string> Applied { get; } = [];

    public async ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
    {
        BatchSizes.Add(batch.Count);
        if (!IsOpen)
        {
            _gate = new TaskCompletionSource();
            using CancellationTokenRegistration registration =
                StopsOnCancellation ? stopping.Register(() => _gate.TrySetCanceled(stopping)) : default;
            await _gate.Task;
            _gate = null;
        }

        for (int i = 0; i < batch.Count; i++)
        {
            Applied.Add(Encoding.UTF8.GetString(batch.Command(i).Span));
            batch.Complete(i, batch.Command(i));
        }
    }

    /// <summary>Lets the batch pass that waits.</summary>
    public void Release() => _gate!.SetResult();

    /// <summary>Fails the batch that waits.</summary>
    public void Fail(Exception exception) => _gate!.SetException(exception);
}

/// <summary>Keeps its state over restarts, together with the index that the state belongs to.</summary>
internal sealed class Durable(long appliedIndex = 0) : IStateMachine
{
    public long AppliedIndex { get; private set; } = appliedIndex;

    public List<string> Applied { get; } = [];

    public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            Applied.Add(Encoding.UTF8.GetString(batch.Command(i).Span));
            AppliedIndex = batch.Context(i).Index;
        }

        return ValueTask.CompletedTask;
    }
}
