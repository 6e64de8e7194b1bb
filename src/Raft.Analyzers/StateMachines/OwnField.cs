using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Raft.Analyzers.StateMachines;

/// <summary>
/// Finds the field of its own instance that an expression names, or a part of which it names. A parameter of a primary constructor that
/// other members use is a field too.
/// </summary>
internal static class OwnField
{
    /// <summary>The field of an expression that is a field, or an auto property, of this instance.</summary>
    public static ISymbol? Direct(IOperation? operation) => Unwrap(operation) switch
    {
        IFieldReferenceOperation reference when IsOwnInstance(reference.Instance) => reference.Field.OriginalDefinition,
        IPropertyReferenceOperation reference when IsOwnInstance(reference.Instance) => BackingField(reference.Property),
        IParameterReferenceOperation { Parameter: var parameter } when IsCaptured(parameter) => parameter.OriginalDefinition,
        _ => null,
    };

    /// <summary>The field of an expression that is a static field or auto property.</summary>
    public static IFieldSymbol? Static(IOperation? operation) => Unwrap(operation) switch
    {
        IFieldReferenceOperation { Field: { IsStatic: true } field } => field.OriginalDefinition,
        IPropertyReferenceOperation { Property: { IsStatic: true } property } => BackingField(property),
        _ => null,
    };

    /// <summary>Whether members are called on this instance. In an object initializer, they are called on the new object.</summary>
    public static bool IsOwnInstance(IOperation? instance) =>
        instance is IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance };

    /// <summary>Whether it is a parameter of a primary constructor, which all members of the type may use.</summary>
    public static bool IsCaptured(IParameterSymbol parameter) =>
        parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor
        && constructor.DeclaringSyntaxReferences.Any(static each => each.GetSyntax() is TypeDeclarationSyntax);

    /// <summary>The field at the start of a chain of members and elements, such as _accounts in _accounts[name].Balance.</summary>
    public static ISymbol? Root(IOperation? operation)
    {
        for (IOperation? part = Unwrap(operation); part is not null; part = Unwrap(InstanceOf(part)))
        {
            if (Direct(part) is { } field)
            {
                return field;
            }
        }

        return null;
    }

    /// <summary>The expression before the last dot or bracket.</summary>
    public static IOperation? InstanceOf(IOperation operation) => operation switch
    {
        IFieldReferenceOperation field => field.Instance,
        IPropertyReferenceOperation property => property.Instance,
        IArrayElementReferenceOperation element => element.ArrayReference,
        IImplicitIndexerReferenceOperation element => element.Instance,
        IConditionalAccessOperation conditional => conditional.Operation,
        IConditionalAccessInstanceOperation inner => Receiver(inner),
        _ => null,
    };

    public static IOperation? Unwrap(IOperation? operation)
    {
        while (true)
        {
            switch (operation)
            {
                case IConversionOperation { OperatorMethod: null } conversion:
                    operation = conversion.Operand;
                    break;
                case IParenthesizedOperation parenthesized:
                    operation = parenthesized.Operand;
                    break;
                default:
                    return operation;
            }
        }
    }

    /// <summary>The field of an auto property; null for any other property.</summary>
    public static IFieldSymbol? BackingField(IPropertySymbol property)
    {
        property = property.OriginalDefinition;
        if (property.DeclaringSyntaxReferences.IsEmpty)
        {
            return null; // of the framework, which has many: not worth the search
        }

        foreach (ISymbol member in property.ContainingType.GetMembers())
        {
            if (member is IFieldSymbol { AssociatedSymbol: { } associated } field
                && SymbolEqualityComparer.Default.Equals(associated, property))
            {
                return field;
            }
        }

        return null;
    }

    /// <summary>The expression before the question mark.</summary>
    public static IOperation? Receiver(IConditionalAccessInstanceOperation inner)
    {
        IOperation part = inner;
        while (part.Parent is { } outer)
        {
            if (outer is IConditionalAccessOperation conditional && conditional.WhenNotNull == part)
            {
                return conditional.Operation;
            }

            part = outer;
        }

        return null;
    }
}
