using System.Runtime.CompilerServices;

namespace Raft.Testing;

/// <summary>The states of a model that a search has seen, numbered, each once. What operations do to them is asked of the model.</summary>
internal sealed class ModelStates<TState, TInput, TOutput>
    where TState : notnull
{
    /// <summary>The state before the first operation.</summary>
    public const int Initial = 0;

    private const int StatesMadeTwice = 8;
    private static readonly bool HasObjects = RuntimeHelpers.IsReferenceOrContainsReferences<TState>();
    private static readonly long BytesPerState = (3 * Unsafe.SizeOf<TState>()) + (8 * sizeof(int)); // in the list and the dictionary

    private readonly SequentialModel<TState, TInput, TOutput> _model;
    private readonly List<TState> _states = [];
    private readonly Dictionary<TState, int> _numbers = [];
    private int _madeTwice;

    public ModelStates(SequentialModel<TState, TInput, TOutput> model)
    {
        _model = model;
        _states.Add(model.InitialState);
        _numbers.Add(_states[Initial], Initial);
    }

    /// <summary>How much memory the states take: at most as much as the model allocated when it made them.</summary>
    public long Bytes { get; private set; }

    /// <summary>The state after an operation, whatever its answer was.</summary>
    public int Apply(int state, Operation<TInput, TOutput> operation)
    {
        long allocated = Allocated();
        TState after = _model.Apply(_states[state], operation.Input, out _);
        allocated = Allocated() - allocated;
        if (_numbers.TryGetValue(after, out int number))
        {
            return number;
        }

        number = Add(after, allocated);
        if (_madeTwice++ < StatesMadeTwice)
        {
            Recognize(_model.Apply(_states[state], operation.Input, out _), number, operation);
        }

        return number;
    }

    /// <summary>Whether an operation may have had its answer in a state, and the state after it.</summary>
    public bool Allows(int state, Operation<TInput, TOutput> operation, out int next)
    {
        if (operation.Outcome == OperationOutcome.Rejected)
        {
            next = state;
            return _model.AllowsRejection(_states[state], operation.Input, operation.Rejection ?? string.Empty);
        }

        long allocated = Allocated();
        bool isAllowed = _model.Allows(_states[state], operation.Input, operation.Output, out TState after);
        allocated = Allocated() - allocated;
        if (!isAllowed)
        {
            next = -1;
            return false;
        }

        if (_numbers.TryGetValue(after, out next))
        {
            return true;
        }

        next = Add(after, allocated);
        if (_madeTwice++ < StatesMadeTwice)
        {
            _model.Allows(_states[state], operation.Input, operation.Output, out TState again);
            Recognize(again, next, operation);
        }

        return true;
    }

    /// <summary>What the answer would be in a state, for people.</summary>
    public string DescribeAnswer(int state, TInput input) => _model.DescribeAnswer(_states[state], input);

    private static long Allocated() => HasObjects ? GC.GetAllocatedBytesForCurrentThread() : 0;

    private int Add(TState state, long allocated)
    {
        _states.Add(state);
        _numbers.Add(state, _states.Count - 1);
        Bytes += BytesPerState + allocated;
        return _states.Count - 1;
    }

    /// <summary>Without value equality no state is ever seen twice, and the search would try the same over and over.</summary>
    private void Recognize(TState again, int number, Operation<TInput, TOutput> operation)
    {
        if (!_numbers.TryGetValue(again, out int found) || found != number)
        {
            throw new ArgumentException(
                $"The model {_model.GetType().Name} made two states from one state with the same operation, {operation}, and they are "
                + $"not equal. Either it is not deterministic, or {typeof(TState).Name} has no value equality: Equals and GetHashCode "
                + "must compare what is in the state. Arrays, and collections such as ImmutableDictionary, do not, not even in a record.");
        }
    }
}
