namespace Raft.Testing;

/// <summary>Some of the numbers 0 to n - 1 in a fixed order. One that was removed returns to its place.</summary>
/// <remarks>Numbers must be restored in the reverse order of their removal: a removed one keeps its neighbours.</remarks>
internal sealed class LinkedOrder
{
    private readonly int[] _next;
    private readonly int[] _previous;

    /// <summary>Creates an order.</summary>
    /// <param name="order">Each of the numbers 0 to n - 1 once, the first one first.</param>
    public LinkedOrder(ReadOnlySpan<int> order)
    {
        End = order.Length;
        _next = new int[End + 1];
        _previous = new int[End + 1];
        int last = End;
        foreach (int number in order)
        {
            Link(last, number);
            last = number;
        }

        Link(last, End);
    }

    /// <summary>The first number that was not removed, or <see cref="End"/>.</summary>
    public int First => _next[End];

    /// <summary>What follows the last number.</summary>
    public int End { get; }

    public bool IsEmpty => First == End;

    /// <summary>The number that follows, or <see cref="End"/>. That of a removed number as it was when it was removed.</summary>
    public int After(int number) => _next[number];

    public void Remove(int number) => Link(_previous[number], _next[number]);

    public void Restore(int number)
    {
        _next[_previous[number]] = number;
        _previous[_next[number]] = number;
    }

    private void Link(int number, int next)
    {
        _next[number] = next;
        _previous[next] = number;
    }
}
