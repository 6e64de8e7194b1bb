using System.Globalization;

namespace Raft.Testing;

/// <summary>
/// Explains what clients saw with the state machine itself: a new one applies the log of the cluster, each command with its own index, term
/// and time. It must give every answer that clients received, and the log must have them in an order that real time allows.
/// </summary>
/// <param name="create">Makes an empty state machine.</param>
/// <param name="log">The commands, in the order of the log.</param>
/// <param name="operations">What the clients saw.</param>
internal sealed class OwnMachineCheck<TCommand, TResult>(
    Func<StateMachine<TCommand, TResult>> create,
    IReadOnlyList<LoggedCommand<TCommand, TResult>> log,
    IReadOnlyList<Operation<TCommand, TResult>> operations)
{
    private const int MaximumReplays = 300;

    private readonly ICodec<TResult> _results = create().Results;
    private int _replays;

    /// <summary>Looks for what cannot be explained.</summary>
    /// <returns>The shortest part of the history that shows it, for people; null if all is explained.</returns>
    public string? FindContradiction() => FindWrongAnswer() ?? FindWrongOrder() ?? FindUnexplained();

    private string? FindWrongAnswer()
    {
        MachineReplay<TCommand, TResult> machine = new(create());
        for (int position = 0; position < log.Count; position++)
        {
            MachineAnswer expected = machine.Apply(log[position].Index, log[position].Entry);
            if (log[position].Operations.FirstOrDefault(operation => !IsAnswer(log[position], operation, expected)) is { } wrong)
            {
                return DescribeWrongAnswer(position, expected, wrong);
            }
        }

        return null;
    }

    /// <summary>A command that takes effect before another one must not have begun after that one had ended.</summary>
    private string? FindWrongOrder()
    {
        (Operation<TCommand, TResult> Operation, long Index)? latest = null;
        foreach (LoggedCommand<TCommand, TResult> command in log)
        {
            foreach (Operation<TCommand, TResult> operation in command.Operations)
            {
                if (operation.IsAnswered && latest is { } earlier && operation.EndedAt < earlier.Operation.BeganAt)
                {
                    HistoryTable table = new();
                    Add(table, operation, command.Index, expected: null);
                    Add(table, earlier.Operation, earlier.Index, expected: null);
                    return "The history is not linearizable: the log has two operations in the wrong order. The first one had ended when "
                        + $"the second one began, and took effect after it:{Environment.NewLine}{table}";
                }

                if (latest is null || operation.BeganAt > latest.Value.Operation.BeganAt)
                {
                    latest = (operation, command.Index);
                }
            }
        }

        return null;
    }

    private string? FindUnexplained()
    {
        HashSet<object> explained = new(log.SelectMany(static command => command.Operations), ReferenceEqualityComparer.Instance);
        if (operations.FirstOrDefault(operation => operation.IsAnswered && !explained.Contains(operation)) is not { } unexplained)
        {
            return null;
        }

        HistoryTable table = new();
        Add(table, unexplained, index: null, expected: null);
        return "The history is not linearizable: the log has no command between the beginning and the end of this operation that explains "
            + $"its answer:{Environment.NewLine}{table}";
    }

    /// <summary>Bytes are compared: a codec need not write a result that it has read in the same way again.</summary>
    private static bool IsAnswer(
        LoggedCommand<TCommand, TResult> command, Operation<TCommand, TResult> operation, MachineAnswer expected)
    {
        return operation.Outcome switch
        {
            OperationOutcome.Completed => expected.IsSame(new MachineAnswer(command.Answer ?? [], Rejection: null)),
            OperationOutcome.Rejected => string.Equals(operation.Rejection, expected.Rejection, StringComparison.Ordinal),
            _ => true,
        };
    }

    private string DescribeWrongAnswer(int position, MachineAnswer expected, Operation<TCommand, TResult> wrong)
    {
        List<int> part = FindPart(position, expected);
        MachineReplay<TCommand, TResult> machine = new(create());
        HistoryTable table = new();
        foreach (int each in part)
        {
            LoggedCommand<TCommand, TResult> command = log[each];
            MachineAnswer answer = machine.Apply(command.Index, command.Entry);
            if (each != position && command.Operations.FirstOrDefault() is { } operation)
            {
                Add(table, operation, command.Index, answer);
            }
        }

        Add(table, wrong, log[position].Index, expected);
        string cause = IsSameInOtherBytes(log[position].Answer, expected)
            ? $" Both are the same result, which {_results.GetType().Name} has written in two ways."
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The history is not linearizable: {wrong.Client} received another answer than the state machine gives when it applies "
                + $"the log of the cluster.{cause} These {part.Count} of {position + 1} commands show it; the last column is what a new "
                + $"state machine answers to them, in this order:{Environment.NewLine}{table}");
    }

    private bool IsSameInOtherBytes(byte[]? answer, MachineAnswer expected)
    {
        if (answer is null || expected.Rejection is not null)
        {
            return false;
        }

        try
        {
            return Codec.Encode(_results, _results.Read(answer)).AsSpan()
                .SequenceEqual(Codec.Encode(_results, _results.Read(expected.Result)));
        }
        // The codec need not read results: a node only writes them. The contradiction is shown in any case.
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>Leaves out commands as long as the last one gets the same answer, and the others the right ones.</summary>
    private List<int> FindPart(int position, MachineAnswer expected)
    {
        List<int> part = [.. Enumerable.Range(0, position + 1)];
        for (int size = position; size >= 1 && _replays < MaximumReplays; size /= 2)
        {
            for (int end = part.Count - 1; end > 0 && _replays < MaximumReplays; end -= size)
            {
                int start = Math.Max(0, end - size);
                List<int> smaller = [.. part.Take(start), .. part.Skip(end)];
                if (GivesTheSame(smaller, expected))
                {
                    part = smaller;
                }
            }
        }

        return part;
    }

    private bool GivesTheSame(List<int> part, MachineAnswer expected)
    {
        _replays++;
        try
        {
            return Replay(part, expected);
        }
        // Without some commands, the others may meet a state that they never meet, in which the machine throws.
        catch (Exception)
        {
            return false;
        }
    }

    private bool Replay(List<int> part, MachineAnswer expected)
    {
        MachineReplay<TCommand, TResult> machine = new(create());
        for (int i = 0; i < part.Count - 1; i++)
        {
            LoggedCommand<TCommand, TResult> command = log[part[i]];
            MachineAnswer answer = machine.Apply(command.Index, command.Entry);
            if (command.Operations.Any(operation => !IsAnswer(command, operation, answer)))
            {
                return false;
            }
        }

        return machine.Apply(log[part[^1]].Index, log[part[^1]].Entry).IsSame(expected);
    }

    private void Add(HistoryTable table, Operation<TCommand, TResult> operation, long? index, MachineAnswer? expected) => table.Add(
        operation,
        index,
        expected is null ? null : expected.Rejection is { } reason ? HistoryTable.Rejected(reason) : Describe(expected.Result));

    private string Describe(byte[] result)
    {
        try
        {
            return $"{_results.Read(result)}";
        }
        catch (Exception)
        {
            return $"the bytes {Convert.ToHexString(result)}";
        }
    }
}
