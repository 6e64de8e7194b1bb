using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Raft.Analyzers;

/// <summary>Passes the invariant culture to ToString, Parse and interpolation, or an ordinal comparison to methods of strings.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class InvariantCultureFix()
    : RaftCodeFix(Rules.Culture, "Do not depend on the culture", "System.Globalization", "CultureInfo")
{
    private const string Invariant = "CultureInfo.InvariantCulture";

    private protected override (SyntaxNode Old, SyntaxNode Replacement)? Replace(SyntaxNode reported, SemanticModel model) =>
        reported switch
        {
            InvocationExpressionSyntax call when ReplaceCall(call, model) is { } replaced => replaced,
            ExpressionSyntax operand when IsTextOperand(operand, model) && HasOverload(model.GetTypeInfo(operand).Type) =>
                (operand, TextOf(operand)),
            InterpolationSyntax { Parent: InterpolatedStringExpressionSyntax text } =>
                (text, SyntaxFactory.ParseExpression($"string.Create({Invariant}, {text})")),
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CurrentCulture" or "CurrentUICulture" } access
                when model.GetSymbolInfo(access).Symbol is IPropertySymbol => (access, SyntaxFactory.ParseExpression(Invariant)),
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CurrentCulture" } comparison =>
                (comparison, comparison.WithName(SyntaxFactory.IdentifierName("Ordinal"))),
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CurrentCultureIgnoreCase" } comparison =>
                (comparison, comparison.WithName(SyntaxFactory.IdentifierName("OrdinalIgnoreCase"))),
            _ => null,
        };

    private static (SyntaxNode Old, SyntaxNode Replacement)? ReplaceCall(InvocationExpressionSyntax call, SemanticModel model)
    {
        if (model.GetSymbolInfo(call).Symbol is not IMethodSymbol method || call.Expression is not MemberAccessExpressionSyntax access)
        {
            return null;
        }

        bool isOfString = method.ContainingType.SpecialType == SpecialType.System_String;
        return method.Name switch
        {
            "ToString" or "Parse" when HasOverload(method, "IFormatProvider") => (call, WithArgument(call, Invariant)),
            _ when method.ContainingType.Name == "Convert" && HasOverload(method, "IFormatProvider") =>
                (call, WithArgument(call, Invariant)),
            "StartsWith" or "EndsWith" or "IndexOf" or "LastIndexOf" when isOfString && HasOverload(method, "StringComparison") =>
                (call, WithArgument(call, "StringComparison.Ordinal")),
            "ToUpper" or "ToLower" when isOfString || method.ContainingType.SpecialType == SpecialType.System_Char => (call,
                call.WithExpression(access.WithName(SyntaxFactory.IdentifierName(method.Name + "Invariant")))),
            _ => null,
        };
    }

    /// <summary>Whether a value is turned into a text because it is added to one.</summary>
    private static bool IsTextOperand(ExpressionSyntax operand, SemanticModel model) => operand.Parent switch
    {
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum =>
            model.GetTypeInfo(sum).Type?.SpecialType == SpecialType.System_String,
        AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.AddAssignmentExpression } sum => sum.Right == operand
            && model.GetTypeInfo(sum).Type?.SpecialType == SpecialType.System_String,
        _ => false,
    };

    /// <summary>Whether a method has an overload with one parameter more.</summary>
    private static bool HasOverload(IMethodSymbol method, string added) => method.ContainingType.GetMembers(method.Name)
        .OfType<IMethodSymbol>()
        .Any(each => each.IsStatic == method.IsStatic && each.Parameters.Length == method.Parameters.Length + 1
            && each.Parameters[method.Parameters.Length].Type.Name == added
            && method.Parameters.Zip(each.Parameters, static (one, other) => SymbolEqualityComparer.Default.Equals(one.Type, other.Type))
                .All(static isSame => isSame));

    /// <summary>Whether values of a type can be turned into a text with a given culture.</summary>
    private static bool HasOverload(ITypeSymbol? type) => type?.GetMembers("ToString").OfType<IMethodSymbol>()
        .Any(static each => each.Parameters.Length == 1 && each.Parameters[0].Type.Name == "IFormatProvider") == true;

    private static ExpressionSyntax TextOf(ExpressionSyntax value)
    {
        ExpressionSyntax start = value.WithoutTrivia();
        if (value is not (SimpleNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or ElementAccessExpressionSyntax
            or ParenthesizedExpressionSyntax))
        {
            start = SyntaxFactory.ParenthesizedExpression(start);
        }

        return SyntaxFactory.ParseExpression($"{start}.ToString({Invariant})");
    }

    private static InvocationExpressionSyntax WithArgument(InvocationExpressionSyntax call, string argument)
    {
        ArgumentSyntax added = SyntaxFactory.Argument(SyntaxFactory.ParseExpression(argument));
        if (call.ArgumentList.Arguments.Count > 0)
        {
            added = added.WithLeadingTrivia(SyntaxFactory.Space);
        }

        return call.WithArgumentList(call.ArgumentList.AddArguments(added));
    }
}
