namespace Raft.Testing;

/// <summary>
/// The search for an order. Calls and returns are in a list, in the order of time. An operation may be next if its call is before the first
/// return in the list. Taking it removes both, and the search continues from the start of the list. If the first return is reached with
/// nothing to take, the last choice was wrong and is undone. A set of taken operations together with the state that they lead to is tried
/// once only (Lowe).
/// </summary>
internal sealed class LinearizationSearch<TState, TInput, TOutput>
    where TState : notnull
{
    private readonly SequentialModel<TState, TInput, TOutput> _model;
    private readonly Operation<TInput, TOutput>[] _operations;
    private readonly long _stepLimit;
    private readonly Event _head = new(operation: -1, isCall: false);
    private readonly HashSet<Tried> _tried = [];
    private readonly Stack<(Event Call, TState Before)> _taken = new();
    private readonly ulong[] _takenSet;
    private int _returnsLeft;

    public LinearizationSearch(SequentialModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] operations, long stepLimit)
    {
        _model = model;
        _operations = operations;
        _stepLimit = stepLimit;
        _takenSet = new ulong[(operations.Length + 63) / 64];
        Link();
    }

    /// <summary>How many operations were tried.</summary>
    public long Steps { get; private set; }

    /// <summary>The longest order that was found.</summary>
    public IReadOnlyList<Operation<TInput, TOutput>> Longest { get; private set; } = [];

    /// <summary>The completed operations that have no place in the longest order, the earliest first.</summary>
    public IEnumerable<Operation<TInput, TOutput>> NotPlaced =>
        _operations.Where(operation => operation.Outcome == OperationOutcome.Completed)
            .Where(operation => !Longest.Any(placed => ReferenceEquals(placed, operation))).OrderBy(static operation => operation.EndedAt);

    public LinearizabilityVerdict Run()
    {
        TState state = _model.InitialState;
        Event? next = _head.Next;
        while (_returnsLeft > 0)
        {
            if (Steps >= _stepLimit)
            {
                return LinearizabilityVerdict.Undecided;
            }

            if (next is { IsCall: true } call)
            {
                Steps++;
                if (TryTake(call, state, out TState after))
                {
                    state = after;
                    next = _head.Next;
                }
                else
                {
                    next = call.Next;
                }
            }
            else if (_taken.TryPop(out (Event Call, TState Before) last))
            {
                state = last.Before;
                Untake(last.Call);
                next = last.Call.Next;
            }
            else
            {
                return LinearizabilityVerdict.NotLinearizable;
            }
        }

        return LinearizabilityVerdict.Linearizable;
    }

    private void Link()
    {
        List<(long At, Event Event)> events = [];
        for (int i = 0; i < _operations.Length; i++)
        {
            Event call = new(i, isCall: true);
            events.Add((_operations[i].BeganAt, call));
            if (_operations[i].Outcome == OperationOutcome.Completed)
            {
                call.Return = new Event(i, isCall: false);
                events.Add((_operations[i].EndedAt!.Value, call.Return));
                _returnsLeft++;
            }
        }

        Event last = _head;
        foreach ((_, Event each) in events.OrderBy(static each => each.At))
        {
            last.Next = each;
            each.Previous = last;
            last = each;
        }
    }

    private bool TryTake(Event call, TState state, out TState after)
    {
        Operation<TInput, TOutput> operation = _operations[call.Operation];
        if (operation.Outcome != OperationOutcome.Completed)
        {
            after = _model.Apply(state, operation.Input, out _);
        }
        else if (!_model.Allows(state, operation.Input, operation.Output, out after))
        {
            return false;
        }

        _takenSet[call.Operation / 64] ^= 1UL << (call.Operation % 64);
        if (!_tried.Add(new Tried([.. _takenSet], after)))
        {
            _takenSet[call.Operation / 64] ^= 1UL << (call.Operation % 64);
            return false;
        }

        _taken.Push((call, state));
        call.Unlink();
        if (call.Return is not null)
        {
            call.Return.Unlink();
            _returnsLeft--;
        }

        if (_taken.Count > Longest.Count)
        {
            Longest = [.. _taken.Reverse().Select(taken => _operations[taken.Call.Operation])]; // at most once for each length
        }

        return true;
    }

    private void Untake(Event call)
    {
        _takenSet[call.Operation / 64] ^= 1UL << (call.Operation % 64);
        if (call.Return is not null)
        {
            call.Return.Relink();
            _returnsLeft++;
        }

        call.Relink();
    }

    private sealed class Event(int operation, bool isCall)
    {
        public int Operation { get; } = operation;

        public bool IsCall { get; } = isCall;

        public Event? Return { get; set; }

        public Event? Previous { get; set; }

        public Event? Next { get; set; }

        public void Unlink()
        {
            Previous!.Next = Next;
            if (Next is not null)
            {
                Next.Previous = Previous;
            }
        }

        /// <summary>Undoes the last <see cref="Unlink"/>: the neighbours are still known.</summary>
        public void Relink()
        {
            Previous!.Next = this;
            if (Next is not null)
            {
                Next.Previous = this;
            }
        }
    }

    /// <summary>A set of operations and the state that they led to.</summary>
    private readonly struct Tried(ulong[] taken, TState state) : IEquatable<Tried>
    {
        private readonly ulong[] _taken = taken;
        private readonly TState _state = state;

        public bool Equals(Tried other) =>
            _taken.AsSpan().SequenceEqual(other._taken) && EqualityComparer<TState>.Default.Equals(_state, other._state);

        public override bool Equals(object? obj) => obj is Tried other && Equals(other);

        public override int GetHashCode()
        {
            ulong hash = (ulong)EqualityComparer<TState>.Default.GetHashCode(_state);
            foreach (ulong bits in _taken)
            {
                hash = (hash ^ bits) * 0x9E3779B97F4A7C15;
                hash ^= hash >> 32;
            }

            return (int)hash;
        }
    }
}
