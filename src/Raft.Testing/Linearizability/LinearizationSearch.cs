namespace Raft.Testing;

/// <summary>
/// The search for an order, of Wing and Gong. An operation may be next if it began before the first end of those that are left. It is
/// taken, and the search continues with the rest. If none can be taken, the last choice was wrong and is undone. What is left, together
/// with the state, is tried once only (Lowe).
/// </summary>
/// <remarks>
/// The order in which operations are tried (<see cref="ChoiceKind"/>) decides how soon an order is found, and not whether. An operation
/// with an unknown outcome never needs to be placed. Of the orders that differ only in where such operations are, one is tried: see
/// <see cref="IsNeededAfterUnknown"/>.
/// </remarks>
internal sealed class LinearizationSearch<TState, TInput, TOutput>
    where TState : notnull
{
    private readonly Operation<TInput, TOutput>[] _operations; // the answered ones, then the unknown ones, each as they began
    private readonly int _completed; // how many
    private readonly int[] _equalBefore; // for an unknown operation, the one before it with an equal input, or None
    private readonly ModelStates<TState, TInput, TOutput> _states;
    private readonly SearchLimits _limits;

    private readonly LinkedOrder _begins; // completed operations that are left
    private readonly LinkedOrder _ends; // the same ones, as they ended
    private readonly LinkedOrder _unknown; // unknown operations that are left, numbered from 0
    private readonly SearchMemory _memory;
    private readonly TakenOrder _taken = new();

    private SearchNode _node = SearchNode.First;
    private SearchChoice _choice;

    public LinearizationSearch(
        SequentialModel<TState, TInput, TOutput> model, IReadOnlyCollection<Operation<TInput, TOutput>> operations, SearchLimits limits)
    {
        Operation<TInput, TOutput>[] completed = [.. InOrder(operations, areAnswered: true)];
        Operation<TInput, TOutput>[] unknown = [.. InOrder(operations, areAnswered: false)];
        _completed = completed.Length;
        _operations = [.. completed, .. unknown];
        _equalBefore = FindEqualBefore(unknown);
        _states = new ModelStates<TState, TInput, TOutput>(model);
        _limits = limits;
        int[] numbers = [.. Enumerable.Range(0, _completed)];
        _begins = new LinkedOrder(numbers);
        _ends = new LinkedOrder([.. numbers.OrderBy(number => completed[number].EndedAt)]);
        _unknown = new LinkedOrder([.. Enumerable.Range(0, unknown.Length)]);
        _memory = new SearchMemory(_completed, unknown.Length);
    }

    /// <summary>The longest order that was found; after success, the one that explains everything.</summary>
    public IReadOnlyList<Operation<TInput, TOutput>> Longest => [.. _taken.Longest.Select(number => _operations[number])];

    /// <summary>The completed operations that have no place in the longest order, those that ended first before the others.</summary>
    public IReadOnlyList<Operation<TInput, TOutput>> NotPlaced
    {
        get
        {
            bool[] isPlaced = new bool[_operations.Length];
            foreach (int number in _taken.Longest)
            {
                isPlaced[number] = true;
            }

            return [.. Enumerable.Range(0, _completed).Where(number => !isPlaced[number])
                .Select(number => _operations[number]).OrderBy(static operation => operation.EndedAt)];
        }
    }

    public LinearizabilityVerdict Run()
    {
        _choice = FirstChoice();
        while (!_ends.IsEmpty)
        {
            if (HasChoice())
            {
                if (!_limits.TakeStep(_states.Bytes + _memory.Bytes))
                {
                    return LinearizabilityVerdict.Undecided;
                }

                bool isTaken = IsCompleted(_choice) ? TryCompleted(_choice.Number) : TryUnknown(_choice.Number);
                _choice = isTaken ? FirstChoice() : After(_choice);
            }
            else if (!TryUndo())
            {
                return LinearizabilityVerdict.NotLinearizable;
            }
        }

        _taken.OnComplete();
        return LinearizabilityVerdict.Linearizable;
    }

    private static IOrderedEnumerable<Operation<TInput, TOutput>> InOrder(
        IEnumerable<Operation<TInput, TOutput>> operations, bool areAnswered) =>
        operations.Where(operation => operation.IsAnswered == areAnswered).OrderBy(static operation => operation.BeganAt);

    private static bool IsCompleted(SearchChoice choice) => choice.Kind < ChoiceKind.UnknownThatHelps;

    /// <summary>At the same moment too: which of the two came first is not known, so either order may explain what was seen.</summary>
    private static bool MayBeginBefore(long firstEnd, Operation<TInput, TOutput> operation) => operation.BeganAt <= firstEnd;

    private static int[] FindEqualBefore(Operation<TInput, TOutput>[] unknown)
    {
        Dictionary<ValueTuple<TInput>, int> last = [];
        int[] equalBefore = new int[unknown.Length];
        for (int i = 0; i < unknown.Length; i++)
        {
            ValueTuple<TInput> input = new(unknown[i].Input); // which may be null
            equalBefore[i] = last.TryGetValue(input, out int before) ? before : SearchNode.None;
            last[input] = i;
        }

        return equalBefore;
    }

    private Operation<TInput, TOutput> Unknown(int number) => _operations[_completed + number];

    private SearchChoice FirstChoice() => new(ChoiceKind.CompletedThatChangesNothing, _begins.First);

    private SearchChoice After(SearchChoice choice) => choice with
    {
        Number = choice.Kind switch
        {
            ChoiceKind.CompletedFirst => _begins.End,
            < ChoiceKind.UnknownThatHelps => _begins.After(choice.Number),
            _ => _unknown.After(choice.Number),
        },
    };

    /// <summary>Whether there is something to try, at <see cref="_choice"/> or after it. Moves it there.</summary>
    private bool HasChoice()
    {
        long firstEnd = _operations[_ends.First].EndedAt!.Value;
        while (true)
        {
            bool isCompleted = IsCompleted(_choice);
            if (_choice.Number != (isCompleted ? _begins : _unknown).End
                && MayBeginBefore(firstEnd, isCompleted ? _operations[_choice.Number] : Unknown(_choice.Number)))
            {
                return true;
            }

            if (_choice.Kind == ChoiceKind.Unknown)
            {
                return false;
            }

            ChoiceKind next = _choice.Kind + 1;
            _choice = new SearchChoice(next, next switch
            {
                ChoiceKind.CompletedFirst => _ends.First,
                < ChoiceKind.UnknownThatHelps => _begins.First,
                _ => _unknown.First,
            });
        }
    }

    private bool TryCompleted(int number)
    {
        Operation<TInput, TOutput> operation = _operations[number];
        return _states.Allows(_node.State, operation, out int after)
            && IsOfTheKind(number, after)
            && (_node.LastUnknown == SearchNode.None
                || !_states.Allows(_node.StateBeforeUnknown, operation, out int without)
                || IsNeededAfterUnknown(without, after))
            && TakeCompleted(number, new SearchNode(after));
    }

    /// <summary>Whether it is the turn of an operation. One that was tried in an earlier turn is tried again, and known.</summary>
    private bool IsOfTheKind(int number, int after) => _choice.Kind switch
    {
        ChoiceKind.CompletedThatChangesNothing => after == _node.State,
        ChoiceKind.CompletedThatHelps => number != _ends.First && HelpsTheFirst(after),
        _ => true,
    };

    /// <summary>Whether the operation that has to be taken next of all, because it ends first, can be taken in a state.</summary>
    private bool HelpsTheFirst(int state) => _states.Allows(state, _operations[_ends.First], out _);

    private bool TakeCompleted(int number, SearchNode next)
    {
        _memory.TakeCompleted(number);
        if (!_memory.AddState(next))
        {
            _memory.ReturnCompleted(number);
            return false;
        }

        _taken.Push(number, _choice, _node);
        _node = next;
        _begins.Remove(number);
        _ends.Remove(number);
        return true;
    }

    private bool TryUnknown(int number)
    {
        Operation<TInput, TOutput> operation = Unknown(number);
        int equal = _equalBefore[number];
        if (equal != SearchNode.None && !_memory.IsUnknownTaken(equal))
        {
            return false; // the other began earlier and does the same, so it can be at every place of this one
        }

        int after = _states.Apply(_node.State, operation);
        if (after == _node.State)
        {
            return false; // without it, everything that follows is as it is with it
        }

        if (_choice.Kind == ChoiceKind.UnknownThatHelps && !HelpsTheFirst(after))
        {
            return false; // tried later
        }

        if (_node.LastUnknown != SearchNode.None)
        {
            int without = _states.Apply(_node.StateBeforeUnknown, operation);
            if (without == after || (number < _node.LastUnknown && !IsNeededAfterUnknown(without, after)))
            {
                return false;
            }
        }

        return TakeUnknown(number, new SearchNode(after, number, _node.State));
    }

    /// <summary>
    /// Whether the last operation, an unknown one, has to come before the next one. If that one may also come first, and both
    /// orders lead to the same state, only the other order is tried, or the one without the unknown operation.
    /// </summary>
    /// <param name="without">The state after the next operation if the unknown one does not come before it.</param>
    /// <param name="after">The state if it does.</param>
    private bool IsNeededAfterUnknown(int without, int after) =>
        without != after && _states.Apply(without, Unknown(_node.LastUnknown)) != after;

    private bool TakeUnknown(int number, SearchNode next)
    {
        _memory.TakeUnknown(number);
        if (!_memory.AddState(next))
        {
            _memory.ReturnUnknown(number);
            return false;
        }

        _taken.Push(_completed + number, _choice, _node);
        _node = next;
        _unknown.Remove(number);
        return true;
    }

    private bool TryUndo()
    {
        if (!_taken.TryPop(out _choice, out _node))
        {
            return false;
        }

        if (IsCompleted(_choice))
        {
            _ends.Restore(_choice.Number);
            _begins.Restore(_choice.Number);
            _memory.ReturnCompleted(_choice.Number);
        }
        else
        {
            _unknown.Restore(_choice.Number);
            _memory.ReturnUnknown(_choice.Number);
        }

        _choice = After(_choice);
        return true;
    }
}
