using System.Text.RegularExpressions;

namespace Raft.Transport.Tcp.Fuzz;

/// <summary>How a connection has ended, without names and numbers.</summary>
/// <param name="Text">The reason that the transport gave, for people.</param>
/// <param name="Signature">The reason and everything else that distinguishes two courses of events.</param>
internal sealed partial record Outcome(string Text, string Signature)
{
    public static Outcome Of(FuzzInput input, FuzzStream stream, FuzzCounters counters, int delivered)
    {
        (string goodbye, int kinds) = ReadAnswer(stream.Sent, input.HasChecksums);
        string end = goodbye.Length > 0 ? $"closed: {Names().Replace(goodbye, "#")}"
            : counters.Refusal.Length > 0 ? $"refused: {counters.Refusal}"
            : "ended by the other side, or silent";
        string text = $"{(delivered > 0 ? "delivered" : "nothing delivered")}; {end}";
        string count = delivered switch { < 3 => $"{delivered}", < 10 => "several", _ => "many" };
        return new Outcome(text, $"{input.IsDialled} {input.HasChecksums} {kinds} {counters.DropReasons} {counters.Refusal} {count} {end}");
    }

    /// <summary>Returns the reason of the last frame, and a bit for each kind of frame.</summary>
    private static (string Goodbye, int Kinds) ReadAnswer(ReadOnlySpan<byte> sent, bool hasChecksums)
    {
        string goodbye = string.Empty;
        int kinds = 0;
        if (sent.Length < Hello.HeadSize)
        {
            return (goodbye, kinds);
        }

        FrameReader reader = new(hasChecksums, 1 << 20);
        for (sent = sent[(Hello.HeadSize + Hello.ReadHead(sent))..]; sent.Length > 0;)
        {
            Memory<byte> buffer = reader.GetBuffer();
            int count = Math.Min(buffer.Length, sent.Length);
            sent[..count].CopyTo(buffer.Span);
            sent = sent[count..];
            reader.Advance(count);
            while (reader.TryRead(out Frame frame))
            {
                kinds |= 1 << (int)frame.Kind;
                goodbye = frame.Kind == FrameKind.Goodbye ? Goodbye.Decode(frame.Payload.Span).Reason : goodbye;
            }
        }

        return (goodbye, kinds);
    }

    [GeneratedRegex("""'[^']*'?|\S+ of cluster|\b[0-9a-f]{8}\b|\d+|\(at byte.*\)""")]
    private static partial Regex Names();
}
