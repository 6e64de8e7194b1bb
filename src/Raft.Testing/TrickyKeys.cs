namespace Raft.Testing;

/// <summary>
/// Keys that trap a state machine: pairs that are equal to one comparer and different to another. They find a comparer that a snapshot
/// loses, and a comparison that depends on the culture.
/// </summary>
public static class TrickyKeys
{
    /// <summary>
    /// All of them, always in this order: letters that differ by case, the four letters i of Turkish, an accent composed and decomposed,
    /// numbers with and without leading zeros, spaces at the ends, an invisible character, a hyphen that cultures skip, ß and ss, and
    /// two characters that UTF-8 and UTF-16 order differently. None is empty or longer than three characters.
    /// </summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "a", "A", "Z", "a-b", "ab", "a\u00ADb",
        "i", "I", "\u0131", "\u0130",
        "\u00E9", "e\u0301", "\u00C9",
        "7", "007",
        "b", "b ", " b",
        "ss", "\u00DF",
        "\uFF21", "\U0001F6F6",
    ];
}
