using System.Text.RegularExpressions;

namespace Raft.Docs.Tests;

/// <summary>
/// Files that the docs name as code, without linking them, are there. <c>NAME</c> stands for any name, as in
/// <c>tests/mutants/NAME.patch</c>, and so does an asterisk.
/// Where ", new" follows, the docs speak of what is to come.
/// </summary>
public partial class MentionedFileTests
{
    public static TheoryData<string> MarkdownFiles() => [.. RepositoryFiles.MarkdownFiles];

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

    // A path counts from the root, wherever it is mentioned: that is what a reader types into a shell.
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

    // No .json: the docs speak of the files of a program that uses the library, too.
    [GeneratedRegex(@"^[\w.*-]+\.(cs|csproj|props|targets|sln|md|patch|svg|editorconfig)$")]
    private static partial Regex FileName();
}
