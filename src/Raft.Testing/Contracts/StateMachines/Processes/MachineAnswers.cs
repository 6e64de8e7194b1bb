namespace Raft.Testing;

/// <summary>What a machine answered to a part of the log, and the digest of its state after that.</summary>
/// <param name="Results">The description of the result of each command.</param>
/// <param name="Digest">The digest; null without one.</param>
/// <param name="Failure">What was thrown instead; null if nothing was.</param>
/// <param name="IsCreated">Whether there was a machine at all.</param>
internal sealed record MachineAnswers(
    IReadOnlyDictionary<long, string> Results, string? Digest, string? Failure = null, bool IsCreated = true)
{
    /// <summary>What a machine answered that threw, or could not be made.</summary>
    public static MachineAnswers OfFailure(Exception exception, bool isCreated)
    {
        Exception cause = exception.InnerException ?? exception;
        return new MachineAnswers(
            new SortedDictionary<long, string>(), null, $"{cause.GetType().Name}: {cause.Message}", isCreated);
    }

    /// <summary>Finds the first difference, as a sentence that ends before its period.</summary>
    public string? FindDifference(MachineAnswers there, Func<long, string> describeCommand)
    {
        if (there.Failure is not null)
        {
            return $"The machine failed there, which it did not here: {there.Failure}";
        }

        foreach ((long index, string result) in Results)
        {
            string other = there.Results.GetValueOrDefault(index, "no result");
            if (result != other)
            {
                return $"At index {index}, {describeCommand(index)} resulted in {result} here and in {other} there";
            }
        }

        return Digest == there.Digest
            ? null
            : $"After the same commands, the state here is '{Digest}' and the one there is '{there.Digest}'";
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Results.Count);
        foreach ((long index, string result) in Results)
        {
            writer.Write(index);
            writer.Write(result);
        }

        WriteText(writer, Digest);
        WriteText(writer, Failure);
        writer.Write(IsCreated);
    }

    public static MachineAnswers Read(BinaryReader reader)
    {
        SortedDictionary<long, string> results = [];
        int count = reader.ReadInt32();
        for (int i = 0; i < count; i++)
        {
            results.Add(reader.ReadInt64(), reader.ReadString());
        }

        return new MachineAnswers(results, ReadText(reader), ReadText(reader), reader.ReadBoolean());
    }

    private static void WriteText(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        writer.Write(text ?? "");
    }

    private static string? ReadText(BinaryReader reader)
    {
        bool exists = reader.ReadBoolean();
        string text = reader.ReadString();
        return exists ? text : null;
    }
}
