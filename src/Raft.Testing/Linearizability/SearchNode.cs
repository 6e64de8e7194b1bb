namespace Raft.Testing;

/// <summary>Where a search is, apart from the operations that it has taken.</summary>
/// <param name="State">The number of the state.</param>
/// <param name="LastUnknown">The operation that was taken last, if its outcome is unknown; otherwise <see cref="None"/>.</param>
/// <param name="StateBeforeUnknown">The state before that one.</param>
internal readonly record struct SearchNode(int State, int LastUnknown = SearchNode.None, int StateBeforeUnknown = SearchNode.None)
{
    public const int None = -1;

    public static readonly SearchNode First = new(State: 0);
}
