using System.Globalization;

namespace Raft.Chaos;

/// <summary>What a command does with a register.</summary>
internal enum RegisterAction
{
    /// <summary>Returns the register. As a command it goes through the log; most reads do not.</summary>
    Read,

    /// <summary>Replaces the value.</summary>
    Write,

    /// <summary>Replaces the value if the version is the expected one.</summary>
    Swap,
}

/// <summary>What a client asks of a register.</summary>
/// <param name="Key">The name of the register.</param>
/// <param name="Action">What to do.</param>
/// <param name="Expected">The expected version, for a swap.</param>
/// <param name="Value">The new value, for a write or a swap.</param>
internal sealed record RegisterInput(string Key, RegisterAction Action, long Expected, long Value);

/// <summary>What a client is answered.</summary>
/// <param name="IsDone">False only for a swap that did not find the expected version.</param>
/// <param name="Version">How often the register was replaced, this command included.</param>
/// <param name="Value">The value after the command.</param>
internal sealed record RegisterOutput(bool IsDone, long Version, long Value)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(IsDone ? "done" : "kept")} {Version} {Value}");

    public static RegisterOutput Parse(string text)
    {
        string[] words = text.Split(' ');
        return new RegisterOutput(
            words[0] == "done", long.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[2], CultureInfo.InvariantCulture));
    }
}

/// <summary>A command in the log. Its client and number are unique, so that the state machine notices a command that is applied twice.</summary>
/// <param name="Client">The client.</param>
/// <param name="Number">The client's number of it, from 1 up.</param>
/// <param name="Input">What to do.</param>
/// <param name="Padding">How many bytes more it has in the log.</param>
internal sealed record RegisterCommand(int Client, long Number, RegisterInput Input, int Padding)
{
    /// <summary>The command without its padding, in one line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Client} {Number} {Input.Action} {Input.Key} {Input.Expected} {Input.Value} {Padding}");

    public static RegisterCommand Parse(ReadOnlySpan<char> text)
    {
        Span<Range> words = stackalloc Range[8];
        if (text.Split(words, ' ') != 7)
        {
            throw new FormatException($"'{text}' is not a command.");
        }

        return new RegisterCommand(
            int.Parse(text[words[0]], CultureInfo.InvariantCulture),
            ParseNumber(text[words[1]]),
            new RegisterInput(text[words[3]].ToString(), Enum.Parse<RegisterAction>(text[words[2]]), ParseNumber(text[words[4]]), ParseNumber(text[words[5]])),
            int.Parse(text[words[6]], CultureInfo.InvariantCulture));
    }

    private static long ParseNumber(ReadOnlySpan<char> text) => long.Parse(text, CultureInfo.InvariantCulture);
}
