using Raft.Testing;

namespace Raft.Benchmarks.Histories;

/// <summary>A write of a value to a key, or a read of it if the value is null.</summary>
internal sealed record KeyedInput(int Key, int? Value);

/// <summary>A register for each key. A write answers with nothing, so its place follows only from what is read.</summary>
internal sealed class KeyedRegister : SequentialModel<int, KeyedInput, int>
{
    public override int InitialState => 0;

    public override int Apply(int state, KeyedInput input, out int output)
    {
        output = input.Value is null ? state : 0;
        return input.Value ?? state;
    }
}

/// <summary>Clients that use registers: each operation takes effect at a random moment between its start and its end.</summary>
internal sealed class GeneratedHistory(HistoryCase history, int seed)
{
    private readonly Random _random = new(seed);
    private readonly KeyedRegister _model = new();
    private readonly int[] _registers = new int[history.Keys];
    private readonly History<KeyedInput, int> _history = new();
    private int _written;

    public List<Operation<KeyedInput, int>> Generate()
    {
        Running?[] clients = new Running?[history.Clients];
        int begun = 0;
        for (int ended = 0; ended < history.Operations;)
        {
            ref Running? client = ref clients[_random.Next(clients.Length)];
            if (client is null)
            {
                client = begun++ < history.Operations ? Begin() : null;
            }
            else if (client.Output is null)
            {
                client = TakeEffect(client);
                ended += client is null ? 1 : 0;
            }
            else
            {
                _history.Complete(client.Operation, client.Output.Value);
                client = null;
                ended++;
            }
        }

        List<Operation<KeyedInput, int>> operations = [.. _history.Operations];
        if (history.HasFault)
        {
            int read = operations.FindLastIndex(static each => each is { Outcome: OperationOutcome.Completed, Input.Value: null });
            operations[read] = operations[read] with { Output = -1 };
        }

        return operations;
    }

    private Running Begin()
    {
        KeyedInput input = new(_random.Next(history.Keys), _random.Next(2) == 0 ? ++_written : null);
        return new Running(_history.Begin("client", input), input, null);
    }

    /// <summary>Null if there is no answer. Half of these operations have no effect either.</summary>
    private Running? TakeEffect(Running running)
    {
        bool isUnknown = _random.NextDouble() < history.UnknownRate;
        int output = 0;
        if (!isUnknown || _random.Next(2) == 0)
        {
            ref int register = ref _registers[running.Input.Key];
            register = _model.Apply(register, running.Input, out output);
        }

        if (!isUnknown)
        {
            return running with { Output = output };
        }

        _history.Abandon(running.Operation);
        return null;
    }

    private sealed record Running(int Operation, KeyedInput Input, int? Output);
}
