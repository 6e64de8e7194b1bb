using System.Text.RegularExpressions;

namespace Raft.Docs.Tests;

/// <summary>
/// Files that the docs name as code, without a link, exist. <c>NAME</c> and an asterisk match any name, as in
/// <c>tests/mutants/NAME.patch</c>. A file that does not exist yet is followed by ", new".
/// </summary>
public partial class MentionedFileTests
{
    private const string Templates = "src/Raft.Templates/content/"; // their paths are those of a project that they make

    public static TheoryData<string> MarkdownFiles() =>
        [.. RepositoryFiles.MarkdownFiles.Where(static file => !file.StartsWith(Templates, StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(MarkdownFiles))]
    public void MentionedFiles_Exist(string file)
    {
        IEnumerable<string> missing =
            from span in MarkdownDocument.Read(file).CodeSpans()
            where !span.IsToCome
            from word in span.Text.Split([' ', '\n', '"', '\'', '(', ')', ',', ';', '=', '<', '>'], StringSplitOptions.RemoveEmptyEntries)
            where IsPathOfRepository(word) || IsNameOfFile(word)
            where !Exists(word)
            select $"{file}({span.Line}): there is no {word}.";

        Assert.True(!missing.Any(), string.Join('\n', missing));
    }

    // A path is relative to the root in all documents, because that is what a reader types into a shell.
    private static bool IsPathOfRepository(string word) =>
        word.Contains('/') && TopFolders().Contains(word[..word.IndexOf('/')]);

    private static bool IsNameOfFile(string word) => !word.Contains('/') && FileName().IsMatch(word);

    private static bool Exists(string word)
    {
        string pattern = "^" + Regex.Escape(word.TrimEnd('/', '.')).Replace(@"\*", "[^/]*").Replace("NAME", "[^/]+") + "$";
        IEnumerable<string> candidates = word.Contains('/')
            ? RepositoryFiles.All.Concat(RepositoryFiles.Folders)
            : RepositoryFiles.All.Select(path => Path.GetFileName(path));
        return candidates.Any(candidate => Regex.IsMatch(candidate, pattern));
    }

    private static IEnumerable<string> TopFolders() => RepositoryFiles.Folders.Where(folder => !folder.Contains('/'));

    // No .json: the docs also mention files of a program that uses the library.
    [GeneratedRegex(@"^[\w.*-]+\.(cs|csproj|props|targets|sln|md|patch|svg|editorconfig)$")]
    private static partial Regex FileName();
}
