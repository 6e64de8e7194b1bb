using System.Text.RegularExpressions;

namespace Raft.Docs.Tests;

/// <summary>The block between two fences: the number of its first line, and the text of the opening fence.</summary>
internal sealed record CodeBlock(string File, int Line, string Info, string Text);

/// <summary>A link, an image or the target of a reference, and the line of its target.</summary>
internal sealed record Link(int Line, string Target);

/// <summary>Code within a sentence, or a line of a block that is not C#. A file that does not exist yet has ", new" after it.</summary>
internal sealed record CodeSpan(int Line, string Text, bool IsToCome = false);

/// <summary>The parts of a markdown file that the tests check.</summary>
internal sealed partial class MarkdownDocument
{
    private readonly List<CodeBlock> _blocks = [];
    private readonly List<string> _prose = [];

    private MarkdownDocument(string file)
    {
        File = file;
        ReadLines(RepositoryFiles.ReadText(file).ReplaceLineEndings("\n").Split('\n'));
    }

    public string File { get; }

    public IReadOnlyList<CodeBlock> Blocks => _blocks;

    public static MarkdownDocument Read(string file) => new(file);

    public IEnumerable<Link> Links()
    {
        // Code is blanked out, so that an index in it is not taken for a link; the lines stay where they are.
        string text = InlineCode().Replace(string.Join('\n', _prose), code => new string('.', code.Length));
        return InlineLink().Matches(text).Concat(ReferenceTarget().Matches(text)).Concat(HtmlLink().Matches(text))
            .Select(match => new Link(LineAt(text, match.Groups["target"].Index), match.Groups["target"].Value));
    }

    public IEnumerable<CodeSpan> CodeSpans()
    {
        string text = string.Join('\n', _prose);
        IEnumerable<CodeSpan> inSentences = InlineCode().Matches(text)
            .Select(match => new CodeSpan(
                LineAt(text, match.Index),
                match.Groups["code"].Value,
                text.AsSpan(match.Index + match.Length).StartsWith(", new", StringComparison.Ordinal)));
        IEnumerable<CodeSpan> inBlocks = _blocks.Where(block => !Snippet.IsCSharp(block))
            .SelectMany(block => block.Text.Split('\n').Select((line, i) => new CodeSpan(block.Line + i, line)));
        return inSentences.Concat(inBlocks);
    }

    /// <summary>The anchors that GitHub gives to the headings, and those written as HTML.</summary>
    public IReadOnlySet<string> Anchors()
    {
        HashSet<string> anchors = [];
        foreach (string line in _prose)
        {
            if (Heading().Match(line) is { Success: true } heading)
            {
                string anchor = AnchorOf(heading.Groups["text"].Value);
                string unique = anchor;
                for (int count = 1; !anchors.Add(unique); count++)
                {
                    unique = $"{anchor}-{count}";
                }
            }

            anchors.UnionWith(HtmlAnchor().Matches(line).Select(match => match.Groups["name"].Value));
        }

        return anchors;
    }

    private static string AnchorOf(string heading)
    {
        string text = LinkText().Replace(heading, "${text}");
        IEnumerable<char> kept = text.Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_');
        return string.Concat(kept).Replace(' ', '-');
    }

    private static int LineAt(string text, int index) => 1 + text.AsSpan(0, index).Count('\n');

    private void ReadLines(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            _prose.Add(lines[i]);
            if (OpeningFence().Match(lines[i]) is not { Success: true } opening)
            {
                continue;
            }

            string fence = opening.Groups["fence"].Value;
            int indent = opening.Groups["indent"].Length;
            int end = Array.FindIndex(lines, i + 1, line => line.Trim().StartsWith(fence, StringComparison.Ordinal));
            Assert.True(end >= 0, $"{File}({i + 1}): nothing closes this fence.");

            string[] body = lines[(i + 1)..end];
            string text = string.Join('\n', body.Select(line => line[Math.Min(indent, line.Length - line.TrimStart().Length)..]));
            _blocks.Add(new CodeBlock(File, i + 2, opening.Groups["info"].Value.Trim(), text));
            _prose[^1] = "";
            _prose.AddRange(Enumerable.Repeat("", end - i));
            i = end;
        }
    }

    [GeneratedRegex(@"^(?<indent> *)(?<fence>`{3,}|~{3,})(?<info>[^`]*)$")]
    private static partial Regex OpeningFence();

    [GeneratedRegex(@"^ {0,3}#{1,6} +(?<text>.*?)[ #]*$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"(?<ticks>`+)(?<code>[^`]+?)\k<ticks>(?!`)")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\(\s*<?(?<target>[^)\s>]+)>?(\s+""[^""]*"")?\s*\)")]
    private static partial Regex InlineLink();

    [GeneratedRegex(@"^ {0,3}\[[^\]]+\]:\s*<?(?<target>[^\s>]+)", RegexOptions.Multiline)]
    private static partial Regex ReferenceTarget();

    [GeneratedRegex(@"<(a|img)\b[^>]*?\b(href|src)=""(?<target>[^""]+)""")]
    private static partial Regex HtmlLink();

    [GeneratedRegex(@"\b(id|name)=""(?<name>[^""]+)""")]
    private static partial Regex HtmlAnchor();

    [GeneratedRegex(@"!?\[(?<text>[^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();
}
