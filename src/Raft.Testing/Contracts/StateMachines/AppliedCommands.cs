using System.Globalization;
using System.Text;

namespace Raft.Testing;

/// <summary>What a machine has answered to the commands that it was given.</summary>
internal sealed class AppliedCommands : ResultObserver
{
    private const int BytesShown = 200;

    private readonly SortedDictionary<long, List<Answer>> _answers = [];

    private sealed record Answer(ReadOnlyMemory<byte> Result, byte[] Copy, string? Rejection);

    public int AnswersTo(long index) => _answers.TryGetValue(index, out List<Answer>? answers) ? answers.Count : 0;

    public bool IsRejected(long index) => _answers.TryGetValue(index, out List<Answer>? answers) && answers[^1].Rejection is not null;

    public string Describe(long index) =>
        _answers.TryGetValue(index, out List<Answer>? answers) ? string.Join(", then ", answers.Select(Describe)) : "no result";

    /// <summary>Finds a result whose memory no longer holds what it held when it was given.</summary>
    public long? FindChanged()
    {
        foreach ((long index, List<Answer> answers) in _answers)
        {
            if (!answers.TrueForAll(static answer => answer.Result.Span.SequenceEqual(answer.Copy)))
            {
                return index;
            }
        }

        return null;
    }

    public void Add(AppliedCommands others)
    {
        foreach ((long index, List<Answer> answers) in others._answers)
        {
            _answers.Add(index, answers);
        }
    }

    public override void OnCompleted(long index, ReadOnlyMemory<byte> result) =>
        Note(index, new Answer(result, result.ToArray(), Rejection: null));

    public override void OnRejected(long index, string reason) => Note(index, new Answer(default, [], reason));

    /// <summary>Bytes as the text that they are, if they are any.</summary>
    public static string Describe(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> shown = bytes[..Math.Min(bytes.Length, BytesShown)];
        string text = Encoding.UTF8.GetString(shown);
        bool isText = text.Length > 0 && !text.Any(static character => char.IsControl(character) || character == '\uFFFD');
        string form = isText ? $"'{text}'" : Convert.ToHexString(shown);
        return string.Create(CultureInfo.InvariantCulture, $"{bytes.Length} bytes {form}{(shown.Length < bytes.Length ? "..." : "")}");
    }

    private static string Describe(Answer answer) => answer.Rejection is null
        ? Describe(answer.Copy)
            + (answer.Copy.Length > BytesShown
                ? " " + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(answer.Copy))
                : "")
        : $"the rejection '{answer.Rejection}'";

    private void Note(long index, Answer answer)
    {
        if (!_answers.TryGetValue(index, out List<Answer>? answers))
        {
            _answers.Add(index, answers = []);
        }

        answers.Add(answer);
    }
}
